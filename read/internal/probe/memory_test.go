package probe

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
)

func keepAll(q *answer.Query) *answer.Query { c := *q; return &c }

func question(name string) *answer.Query {
	return &answer.Query{Op: op{}, Vars: name, Key: cachekey.NewDocument("v1", "hash").Key([]byte(name))}
}

type op struct{}

func (op) Name() string          { return "Op" }
func (op) Hash() string          { return "hash" }
func (op) Policy() answer.Policy { return answer.Policy{SharedMaxAge: time.Hour} }

func entry(data string, tags ...string) *answer.Entry {
	return answer.NewEntry(answer.Material{Data: []byte(data), Tags: tags, Policy: op{}.Policy(), Now: time.Now()})
}

func of(tags ...string) *slotSet {
	s := &slotSet{}
	s.add(tags)
	return s
}

func names(all []*answer.Query) (out []string) {
	for _, q := range all {
		out = append(out, q.Vars.(string))
	}
	return out
}

func TestMemoryIsBoundedAndForgetsTheOldest(t *testing.T) {
	m := newMemory(3, keepAll)
	for i := range 5 {
		m.note(question(fmt.Sprint("work_", i)), entry("1", "list:work"))
	}
	assert.Equal(t, 3, m.len())
	assert.ElementsMatch(t, []string{"work_2", "work_3", "work_4"}, names(m.touched(of("list:work"), 10)))
	m.note(question("work_3"), entry("2", "list:expr"))
	assert.Equal(t, 3, m.len(), "a question is there once")
	assert.Equal(t, []string{"work_3"}, names(m.touched(of("list:expr"), 10)), "with the tags of its last answer")
	assert.Len(t, m.touched(of("list:work"), 1), 1)
	assert.Len(t, m.touched(of(invalidate.Everything), 10), 3)
	assert.Empty(t, m.touched(of("work_9"), 10))
}

func TestMemoryTakesOnlyWhatCanBeAskedAgain(t *testing.T) {
	m := newMemory(3, func(q *answer.Query) *answer.Query {
		if q.Vars == "counters" {
			return nil
		}
		return q
	})
	fail, e := error(nil), entry("1", "ref")
	source := m.over(answer.SourceFunc(func(context.Context, *answer.Query) (answer.Result, error) {
		return answer.Result{Entry: e}, fail
	}))
	ask := func(q *answer.Query) {
		_, err := source.Answer(t.Context(), q)
		require.Equal(t, fail, err)
	}
	ask(question("counters"))
	e = e.Unstored()
	ask(question("overtaken"))
	fail = context.Canceled
	ask(question("failed"))
	assert.Zero(t, m.len())
	fail, e = nil, entry("1", "ref")
	ask(question("work_1"))
	assert.Equal(t, []string{"work_1"}, names(m.touched(of("ref"), 10)))
}

func TestNines(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	w := newWindow(time.Hour, func() time.Time { return now })
	assert.Zero(t, w.nines(), "no answers show nothing")
	for range 999 {
		w.add(false)
	}
	assert.InDelta(t, 3, w.nines(), 1e-9, "a thousand fresh answers show three nines and no more")
	for range 9 {
		w.add(true)
	}
	assert.InDelta(t, 2, w.nines(), 0.01)
	now = now.Add(30 * time.Minute)
	w.add(false)
	assert.InDelta(t, 2, w.nines(), 0.01)
	now = now.Add(31 * time.Minute)
	assert.InDelta(t, 0.301, w.nines(), 1e-3, "what is older than the window is forgotten")
	now = now.Add(24 * time.Hour)
	assert.Zero(t, w.nines())
}

func TestBudget(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := &Prober{cfg: Config{Rate: 60, Now: func() time.Time { return now }}, filled: now}
	p.earn()
	assert.Zero(t, p.budget)
	now = now.Add(3 * time.Second)
	p.earn()
	assert.InDelta(t, 3, p.budget, 1e-9)
	now = now.Add(time.Hour)
	p.earn()
	assert.InDelta(t, 10, p.budget, 1e-9, "ten seconds' worth is the most that is saved up")
	p.cfg.Rate, p.budget = 1, 0
	now = now.Add(time.Hour)
	p.earn()
	assert.InDelta(t, 1, p.budget, 1e-9, "and one sample at least")
}

func TestQueueIsInTheOrderOfDue(t *testing.T) {
	p := &Prober{queues: make([][]sample, 1)}
	base := time.Unix(1_800_000_000, 0)
	for i, seconds := range []int{3, 1, 2, 1} {
		p.enqueue(0, sample{row: int64(i), due: base.Add(time.Duration(seconds) * time.Second)})
	}
	var rows []int64
	for _, s := range p.queues[0] {
		rows = append(rows, s.row)
	}
	assert.Equal(t, []int64{1, 3, 2, 0}, rows)
	assert.EqualValues(t, 4, p.waiting.Load())
}
