package history

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"
)

// Report counts. The exported fields are read once everything has ended.
type Report struct {
	Seed       uint64            `json:"seed"`
	Took       time.Duration     `json:"took"`
	Reads      uint64            `json:"reads"`
	Tickets    uint64            `json:"tickets"`
	Edits      uint64            `json:"edits"`
	Herds      uint64            `json:"herds"`
	Crowd      uint64            `json:"crowd"` // who were answered in all of them
	Load       Load              `json:"load"`
	Faults     map[string]*Tally `json:"faults"`
	Violations []Violation       `json:"violations"`
	Found      uint64            `json:"found"`
	Trends     []Trend           `json:"trends"`
	Long       bool              `json:"long"` // enough for trends to count

	// Log is told each violation at once; may be nil.
	Log func(Violation) `json:"-"`

	mu sync.Mutex
}

// Load is what the database had to bear.
type Load struct {
	Most    int `json:"most"`
	Cap     int `json:"cap"`
	Samples int `json:"samples"`
}

// Tally is what was seen under one fault.
type Tally struct {
	Spells      int           `json:"spells"`
	Reads       uint64        `json:"reads"`
	Unchanged   uint64        `json:"unchanged"` // 304
	Unavailable uint64        `json:"unavailable"`
	Memory      uint64        `json:"memory"` // from L1
	Redis       uint64        `json:"redis"`  // from L2
	Origin      uint64        `json:"origin"`
	Old         uint64        `json:"old"`     // values older than an acknowledgement, within the bound
	Excused     uint64        `json:"excused"` // older than the bound, while the machine stood still
	Worst       time.Duration `json:"worst"`   // the oldest value within the bound
	WorstAll    time.Duration `json:"worstAll"`
	Marked      uint64        `json:"marked"` // old, and marked as such
	Bound       time.Duration `json:"bound"`
	Violations  uint64        `json:"violations"`
}

// Trend is a quantity of a process over time.
type Trend struct {
	Process string  `json:"process"`
	What    string  `json:"what"`
	First   float64 `json:"first"` // in the third quarter, when little was asked
	Last    float64 `json:"last"`  // in the fourth
	Flat    bool    `json:"flat"`
}

const mostViolations = 200

func (r *Report) tally(fault string) *Tally {
	if r.Faults == nil {
		r.Faults = map[string]*Tally{}
	}
	t := r.Faults[fault]
	if t == nil {
		t = &Tally{}
		r.Faults[fault] = t
	}
	return t
}

func (r *Report) with(fault string, change func(*Tally)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r.tally(fault))
}

// Spell counts a fault's turn.
func (r *Report) Spell(fault string, bound time.Duration) {
	r.with(fault, func(t *Tally) { t.Spells++; t.Bound = max(t.Bound, bound) })
}

// Unavailable counts a question that was not answered.
func (r *Report) Unavailable(fault string) { r.with(fault, func(t *Tally) { t.Unavailable++ }) }

// Edited counts an edit that was acknowledged.
func (r *Report) Edited() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Edits++
}

// Herd counts a crowd on a cold key, of whom so many were answered.
func (r *Report) Herd(answered int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Herds++
	r.Crowd += uint64(max(answered, 0))
}

// Loaded notes how many statements ran at once, and how many may.
func (r *Report) Loaded(n, most int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Load.Most, r.Load.Cap = max(r.Load.Most, n), most
	r.Load.Samples++
}

func (r *Report) read(fault string, o Observation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Reads++
	t := r.tally(fault)
	t.Reads++
	if o.Status == statusNotModified {
		t.Unchanged++
	}
	switch o.Source {
	case "l1":
		t.Memory++
	case "l2":
		t.Redis++
	case "origin":
		t.Origin++
	}
}

func (r *Report) ticket() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Tickets++
}

func (r *Report) aged(fault string, age time.Duration, excused bool) {
	r.with(fault, func(t *Tally) {
		t.WorstAll = max(t.WorstAll, age)
		if excused {
			t.Excused++
			return
		}
		t.Old++
		t.Worst = max(t.Worst, age)
	})
}

func (r *Report) marked(fault string, _ time.Duration) { r.with(fault, func(t *Tally) { t.Marked++ }) }

func (r *Report) violated(v Violation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Found++
	r.tally(v.Fault).Violations++
	if len(r.Violations) < mostViolations {
		r.Violations = append(r.Violations, v)
		if r.Log != nil {
			r.Log(v)
		}
	}
}

// Kept tells whether every promise was.
func (r *Report) Kept() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	rising := slices.ContainsFunc(r.Trends, func(t Trend) bool { return !t.Flat })
	return r.Found == 0 && (!r.Long || !rising)
}

// Write prints the table.
func (r *Report) Write(w io.Writer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(w, "\nseed %d, %s: %d reads, %d with a ticket, %d edits, %d herds, at most %d of %d statements at once (%d samples)\n\n",
		r.Seed, r.Took.Round(time.Second), r.Reads, r.Tickets, r.Edits, r.Herds, r.Load.Most, r.Load.Cap, r.Load.Samples)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "fault\tturns\treads\thit %\t304\tnot answered\tbound\toldest\texcused\toldest excused\tmarked stale\tviolations\t")
	for _, name := range r.names() {
		f := r.Faults[name]
		fmt.Fprintf(t, "%s\t%d\t%d\t%.1f\t%d\t%d\t%s\t%s\t%d\t%s\t%d\t%d\t\n", name, f.Spells, f.Reads, f.HitRatio()*100, f.Unchanged, f.Unavailable,
			f.Bound, f.Worst.Round(time.Millisecond), f.Excused, f.excusedWorst(), f.Marked, f.Violations)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, trend := range r.Trends {
		state := "flat"
		if !trend.Flat {
			state = "RISING"
		}
		fmt.Fprintf(w, "%s %s: %.0f, then %.0f: %s\n", trend.Process, trend.What, trend.First, trend.Last, state)
	}
	_, err := fmt.Fprintf(w, "violations: %d\n", r.Found)
	return err
}

func (t *Tally) excusedWorst() string {
	if t.Excused == 0 {
		return "-"
	}
	return t.WorstAll.Round(time.Millisecond).String()
}

// HitRatio is the share of reads that the caches answered.
func (t *Tally) HitRatio() float64 {
	all := t.Memory + t.Redis + t.Origin
	if all == 0 {
		return 0
	}
	return float64(t.Memory+t.Redis) / float64(all)
}

// names are in order, health first.
func (r *Report) names() []string {
	names := make([]string, 0, len(r.Faults))
	for name := range r.Faults {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if a == Health || b == Health {
			return map[bool]int{true: -1, false: 1}[a == Health]
		}
		return strings.Compare(a, b)
	})
	return names
}
