package history

import (
	"fmt"
	"maps"
	"sync"
	"time"
)

// Stall tells how long the way from an acknowledgement to a reader has stood still
// between two moments because processes waited for a processor.
type Stall interface {
	Between(reader int, since, until time.Time) time.Duration
}

// Observation is an answer to a reader's question.
type Observation struct {
	Reader   int
	Question string
	Start    time.Time // when it was asked
	Ticket   uint64    // that it named, 0 for none
	Seq      uint64    // that the answer says it contains, 0 for none
	Status   int
	ETag     string // of the answer; of a 304, the one it stands for
	Values   Values // of a 200
	Torn     int    // -1 for none
	Marked   bool   // as past its time, because no new one can be made
	Source   string // which layer answered
	Want     []int  // registers that it must show
}

// Violation is an answer that may not be.
type Violation struct {
	Rule     string        `json:"rule"` // I1, I2, …
	Fault    string        `json:"fault"`
	Reader   int           `json:"reader"`
	Question string        `json:"question"`
	Register string        `json:"register,omitempty"`
	What     string        `json:"what"`
	Source   string        `json:"source,omitempty"`
	At       time.Time     `json:"at"`
	Age      time.Duration `json:"age,omitempty"`
}

// String is a line for a log.
func (v Violation) String() string {
	return fmt.Sprintf("%s under %s: reader %d, %s, %s: %s (age %s, from %s)",
		v.Rule, v.Fault, v.Reader, v.Question, v.Register, v.What, v.Age.Round(time.Millisecond), v.Source)
}

// mostExcused is the most that is put down to a machine that stood still, however
// busy it was.
const mostExcused = 2 * time.Second

// Judge holds answers against the ledger and the promise.
type Judge struct {
	Ledger  *Ledger
	Promise *Promise
	Stall   Stall
	Report  *Report

	mu    sync.Mutex
	etags etags
}

// See judges an answer.
func (j *Judge) See(o Observation) {
	values, ok := j.meaning(&o)
	if !ok {
		return
	}
	j.Report.read(j.Promise.Current(o.Reader, o.Start), o)
	for _, register := range o.Want {
		if _, shown := values[register]; !shown {
			j.violate(o, "shape", register, 0, "is missing in the answer")
		}
	}
	if o.Torn >= 0 {
		j.violate(o, "snapshot", o.Torn, 0, "shows two values in one answer")
	}
	if o.Ticket > 0 && !o.Marked {
		j.Report.ticket()
		j.ticket(o, values, o.Ticket, "the ticket")
	}
	j.ticket(o, values, o.Seq, "its own number")
	for register, value := range values {
		if register < 0 || register >= j.Ledger.Registers() {
			j.violate(o, "shape", 0, 0, fmt.Sprintf("register %d does not exist", register))
			continue
		}
		j.value(o, register, value)
	}
}

// meaning is what an answer shows; what a 304 shows is what had its ETag.
func (j *Judge) meaning(o *Observation) (Values, bool) {
	key := o.Question + " " + o.ETag
	j.mu.Lock()
	defer j.mu.Unlock()
	known := j.etags.get(key)
	if o.Status == statusNotModified {
		if known == nil {
			j.violate(*o, "I4", -1, 0, "304 for an ETag that nobody was given")
		}
		return known, known != nil
	}
	if o.ETag == "" {
		j.violate(*o, "shape", -1, 0, "has no ETag")
		return o.Values, true
	}
	if known != nil && !maps.Equal(known, o.Values) {
		j.violate(*o, "I4", -1, 0, fmt.Sprintf("one ETag for %v and %v", known, o.Values))
	}
	j.etags.put(key, o.Values)
	return o.Values, true
}

const statusNotModified = 304

// etags are the answers that had an ETag, by question and ETag: the youngest of them,
// and those that were asked for lately.
type etags struct{ young, old map[string]Values }

const mostETags = 100_000

func (e *etags) get(key string) Values {
	if v, ok := e.young[key]; ok {
		return v
	}
	v, ok := e.old[key]
	if ok {
		e.put(key, v)
	}
	return v
}

func (e *etags) put(key string, v Values) {
	if e.young == nil || len(e.young) >= mostETags {
		e.young, e.old = map[string]Values{}, e.young
	}
	e.young[key] = v
}

// ticket holds an answer against all edits up to a ticket.
func (j *Judge) ticket(o Observation, values Values, ticket uint64, name string) {
	if ticket == 0 || o.Marked {
		return
	}
	for register, least := range j.Ledger.promised(ticket, values) {
		if values[register] < least {
			j.violate(o, "I2", register, 0, fmt.Sprintf("shows %d, and %s %d stands for %d", values[register], name, ticket, least))
		}
	}
}

// value judges how old one value is.
func (j *Judge) value(o Observation, register int, value uint64) {
	r := j.Ledger.registers[register]
	if wrong := r.real(value); wrong != "" {
		j.violate(o, "truth", register, 0, fmt.Sprintf("%d %s", value, wrong))
		return
	}
	at, by, overtaken := r.overtaken(value)
	age := o.Start.Sub(at)
	if !overtaken || age <= 0 {
		return
	}
	bound, fault := j.Promise.Bound(o.Reader, at, o.Start)
	if o.Marked {
		j.Report.marked(fault, age)
		return
	}
	stalled := time.Duration(0)
	if age > bound && j.Stall != nil {
		stalled = min(j.Stall.Between(o.Reader, at, o.Start), mostExcused)
	}
	switch {
	case age <= bound:
		j.Report.aged(fault, age, false)
	case age <= bound+stalled:
		j.Report.aged(fault, age, true)
	default:
		j.Report.aged(fault, age, false)
		j.violate(o, "I1", register, age, fmt.Sprintf("shows %d, and %d was acknowledged (bound %s, stalled %s)", value, by, bound, stalled.Round(time.Millisecond)))
	}
}

func (j *Judge) violate(o Observation, rule string, register int, age time.Duration, what string) {
	name := ""
	if register >= 0 {
		name = j.Ledger.Name(register)
	}
	at := o.Start
	_, fault := j.Promise.Bound(o.Reader, at.Add(-age), at)
	j.Report.violated(Violation{
		Rule: rule, Fault: fault, Reader: o.Reader, Question: o.Question, Register: name, What: what, Source: o.Source, At: at, Age: age,
	})
}

// Broken reports what is no answer's fault: a load too many, a layer that differs.
func (j *Judge) Broken(rule string, reader int, what string, now time.Time) {
	j.Report.violated(Violation{Rule: rule, Fault: j.Promise.Current(reader, now), Reader: reader, What: what, At: now})
}
