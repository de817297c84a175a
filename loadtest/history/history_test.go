package history

import (
	"testing"
	"time"
)

// court is a judge of a ledger with two registers and a promise of 100 ms.
type court struct {
	t     *testing.T
	judge *Judge
	now   time.Time
}

type stalled time.Duration

func (s stalled) Between(int, time.Time, time.Time) time.Duration { return time.Duration(s) }

func newCourt(t *testing.T) *court {
	c := &court{t: t, now: time.Unix(1_800_000_000, 0)}
	c.judge = &Judge{Ledger: NewLedger("a", "b"), Promise: NewPromise(100 * time.Millisecond), Report: &Report{}}
	return c
}

func (c *court) after(d time.Duration) time.Time { return c.now.Add(d) }

// edit is acknowledged at a time after the beginning.
func (c *court) edit(register int, ticket uint64, at time.Duration) {
	c.judge.Ledger.Ack(register, c.judge.Ledger.Submit(register), ticket, c.after(at))
}

func (c *court) see(o Observation, rules ...string) {
	c.t.Helper()
	if o.Status == 0 {
		o.Status, o.Torn = 200, -1
	}
	if o.ETag == "" {
		o.ETag = time.Duration(c.judge.Report.Reads).String()
	}
	before := len(c.judge.Report.Violations)
	c.judge.See(o)
	var got []string
	for _, v := range c.judge.Report.Violations[before:] {
		got = append(got, v.Rule)
	}
	if len(got) != len(rules) {
		c.t.Fatalf("violations %v, want %v", got, rules)
	}
	for i := range rules {
		if got[i] != rules[i] {
			c.t.Fatalf("violations %v, want %v", got, rules)
		}
	}
}

func TestAnOldAnswerIsFound(t *testing.T) {
	c := newCourt(t)
	c.edit(0, 0, 0)
	c.see(Observation{Start: c.after(100 * time.Millisecond), Values: Values{0: 0}})
	c.see(Observation{Start: c.after(101 * time.Millisecond), Values: Values{0: 0}}, "I1")
	c.see(Observation{Start: c.after(time.Hour), Values: Values{0: 1}})
	c.edit(0, 0, time.Second)
	c.see(Observation{Start: c.after(time.Second), Values: Values{0: 1}})
	c.see(Observation{Start: c.after(time.Second), Values: Values{0: 2}})
	c.see(Observation{Start: c.after(2 * time.Second), Values: Values{0: 1}}, "I1")
}

func TestAnAnswerMarkedAsStaleMayBeOld(t *testing.T) {
	c := newCourt(t)
	c.edit(0, 7, 0)
	c.see(Observation{Start: c.after(time.Minute), Values: Values{0: 0}, Ticket: 7, Marked: true})
	if c.judge.Report.Faults[Health].Marked != 1 {
		t.Fatal("it was not counted")
	}
}

func TestWhatWasNeverWrittenIsFound(t *testing.T) {
	c := newCourt(t)
	c.judge.Ledger.Undo(0, c.judge.Ledger.Submit(0))
	c.see(Observation{Start: c.now, Values: Values{0: 1}}, "truth")
	c.see(Observation{Start: c.now, Values: Values{0: 2}}, "truth")
	c.judge.Ledger.Submit(0) // whose outcome nobody knows
	c.see(Observation{Start: c.now, Values: Values{0: 2}})
	c.see(Observation{Start: c.now, Values: Values{0: 0}})
}

func TestATicketIsHeldAtOnce(t *testing.T) {
	c := newCourt(t)
	c.edit(0, 10, 0)
	c.edit(1, 12, 0)
	c.edit(0, 11, 0) // acknowledged later, announced earlier
	c.see(Observation{Start: c.now, Ticket: 9, Values: Values{0: 0, 1: 0}})
	c.see(Observation{Start: c.now, Ticket: 10, Values: Values{0: 0, 1: 0}}, "I2")
	c.see(Observation{Start: c.now, Ticket: 11, Values: Values{0: 1, 1: 0}}, "I2")
	c.see(Observation{Start: c.now, Ticket: 12, Values: Values{0: 2, 1: 0}}, "I2")
	c.see(Observation{Start: c.now, Ticket: 12, Values: Values{0: 2, 1: 1}})
	c.see(Observation{Start: c.now, Seq: 12, Values: Values{0: 2, 1: 0}}, "I2")
	c.see(Observation{Start: c.now, Seq: 11, Values: Values{0: 2, 1: 0}})
}

func TestA304StandsForWhatHadItsETag(t *testing.T) {
	c := newCourt(t)
	c.see(Observation{Start: c.now, ETag: "x", Values: Values{0: 0}})
	c.see(Observation{Start: c.now, ETag: "x", Status: 304, Torn: -1})
	c.edit(0, 0, 0)
	c.see(Observation{Start: c.after(time.Second), ETag: "x", Status: 304, Torn: -1}, "I1")
	c.see(Observation{Start: c.now, ETag: "x", Values: Values{0: 1}}, "I4")
	c.see(Observation{Start: c.now, ETag: "y", Status: 304, Torn: -1}, "I4")
}

func TestAnAnswerIsOfOneSnapshotAndWhole(t *testing.T) {
	c := newCourt(t)
	c.edit(0, 0, 0)
	values, torn := Read([]byte("Opus " + Mark(0, 0) + ", " + Mark(0, 1)))
	c.see(Observation{Status: 200, Start: c.now, Values: values, Torn: torn}, "snapshot")
	values, torn = Read([]byte(`{"a":"` + Mark(0, 1) + `","b":"` + Mark(0, 1) + `"}`))
	c.see(Observation{Status: 200, Start: c.now, Values: values, Torn: torn, Want: []int{0}})
	c.see(Observation{Start: c.now, Values: values, Want: []int{0, 1}}, "shape")
}

func TestAFaultPromisesLessUntilItIsOver(t *testing.T) {
	c := newCourt(t)
	spell := c.judge.Promise.Begin("half-open", 1, 3500*time.Millisecond, c.now)
	c.edit(0, 0, 0)
	c.see(Observation{Reader: 1, Start: c.after(3 * time.Second), Values: Values{0: 0}})
	c.see(Observation{Reader: 0, Start: c.after(3 * time.Second), Values: Values{0: 0}}, "I1")
	c.see(Observation{Reader: 1, Start: c.after(4 * time.Second), Values: Values{0: 0}}, "I1")
	c.judge.Promise.End(spell, c.after(10*time.Second), 5*time.Second)
	c.edit(1, 0, 14*time.Second)
	c.see(Observation{Reader: 1, Start: c.after(16 * time.Second), Values: Values{1: 0}})
	c.edit(1, 0, 15*time.Second)
	c.see(Observation{Reader: 1, Start: c.after(17 * time.Second), Values: Values{1: 1}}, "I1")
	if worst := c.judge.Report.Faults["half-open"].Worst; worst != 4*time.Second {
		t.Fatalf("the oldest was %s", worst)
	}
}

func TestAMachineThatStoodStillIsExcusedAndCounted(t *testing.T) {
	c := newCourt(t)
	c.judge.Stall = stalled(time.Second)
	c.edit(0, 0, 0)
	c.see(Observation{Start: c.after(time.Second), Values: Values{0: 0}})
	c.see(Observation{Start: c.after(1200 * time.Millisecond), Values: Values{0: 0}}, "I1")
	if f := c.judge.Report.Faults[Health]; f.Excused != 1 || f.Worst != 1200*time.Millisecond {
		t.Fatalf("%+v", f)
	}
}
