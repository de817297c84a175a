package cache

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
)

// withheld asks and wants the database's error.
func (r *reader) withheld(name string) {
	r.t.Helper()
	if res, err := r.source.Answer(r.t.Context(), ask(name)); !errors.Is(err, errDown) {
		r.t.Errorf("answered %v %+v, %v", res.Layer, res.Entry, err)
	}
}

// borne asks and wants what is left.
func (r *reader) borne(name, text string) {
	r.t.Helper()
	before := r.origin.loads.Load()
	res := r.expect(ask(name), text, answer.Stale, 1)
	if !res.Entry.NoStore || r.origin.loads.Load() == before {
		r.t.Errorf("NoStore %v, %s", res.Entry.NoStore, res.CacheStatus)
	}
}

// TestWhatL1GivesWithoutADatabase: never what is known to be overtaken, which may
// have been withdrawn.
func TestWhatL1GivesWithoutADatabase(t *testing.T) {
	for name, c := range map[string]struct {
		then  func(*reader)
		borne bool
	}{
		"expired":               {func(r *reader) { r.wall.pass(10 * time.Minute) }, true},
		"suspect":               {func(r *reader) { r.clock.Suspend() }, true},
		"another touched":       {func(r *reader) { r.change("work_2", "x"); r.clock.Suspend() }, true},
		"touched":               {func(r *reader) { r.change("work_1", "new") }, false},
		"touched, then suspect": {func(r *reader) { r.change("work_1", "new"); r.clock.Suspend() }, false},
		"all touched":           {func(r *reader) { r.change("*", "x") }, false},
		"all touched, suspect":  {func(r *reader) { r.change("*", "x"); r.clock.Suspend() }, false},
		"something missed":      {func(r *reader) { r.clock.DropAll(r.clock.Applied() + 1) }, false},
		"too old":               {func(r *reader) { r.wall.pass(2 * time.Hour) }, false},
	} {
		for _, enc := range []answer.Encoding{answer.Identity, answer.Brotli} {
			t.Run(name+" "+enc.String(), func(t *testing.T) {
				r := newReader(t)
				r.origin.set("work_1", "old")
				r.answer(askIn("work_1", enc))
				c.then(r)
				r.origin.fail(errDown)
				if c.borne {
					r.borne("work_1", "old")
				} else {
					r.withheld("work_1")
				}
			})
		}
	}
}

// TestTouchedWhileItWasAskedFor: the announcement comes before the failure.
func TestTouchedWhileItWasAskedFor(t *testing.T) {
	r := newReader(t)
	r.origin.set("work_1", "old")
	r.expect(ask("work_1"), "old", answer.Origin, 1)
	r.wall.pass(10 * time.Minute)
	r.origin.fail(errDown)
	r.borne("work_1", "old")
	r.origin.pause(func() { r.change("work_1", "new") })
	r.withheld("work_1")
}

// TestVersionsJudgeWhatIsGivenWithoutADatabase: what this reader has not heard, the
// versions in Redis may tell, of what is in L2 and of what is in L1.
func TestVersionsJudgeWhatIsGivenWithoutADatabase(t *testing.T) {
	missed := func(r *reader) { r.clock.DropAll(r.clock.Applied() + 10) }
	suspect := func(r *reader) { r.clock.Suspend() }
	none := func(*bus, *reader) {}
	for name, c := range map[string]struct {
		clock func(*reader)
		bus   func(*bus, *reader)
		borne bool
	}{
		"suspect, untouched":      {suspect, none, true},
		"suspect, touched":        {suspect, func(b *bus, r *reader) { b.publish(r.t, "work_1") }, false},
		"suspect, all touched":    {suspect, func(b *bus, r *reader) { b.publish(r.t, "*") }, false},
		"suspect, nobody knows":   {suspect, func(b *bus, _ *reader) { b.line.Cut() }, true},
		"suspect, versions gone":  {suspect, func(b *bus, r *reader) { b.direct.Del(r.t.Context(), b.space.Tags()) }, true},
		"suspect, another epoch":  {suspect, func(b *bus, r *reader) { b.direct.Del(r.t.Context(), b.space.State()); b.publish(r.t, "x") }, true},
		"suspect, touched there":  {suspect, func(b *bus, r *reader) { b.direct.Del(r.t.Context(), b.space.State()); b.publish(r.t, "work_1") }, false},
		"missed, untouched":       {missed, none, true},
		"missed, touched":         {missed, func(b *bus, r *reader) { b.publish(r.t, "work_1") }, false},
		"missed, nobody knows":    {missed, func(b *bus, _ *reader) { b.line.Cut() }, false},
		"missed, another epoch":   {missed, func(b *bus, r *reader) { b.direct.Del(r.t.Context(), b.space.State()); b.publish(r.t, "x") }, false},
		"overtaken, nobody knows": {func(r *reader) { r.change("work_1", "new") }, func(b *bus, _ *reader) { b.line.Cut() }, false},
	} {
		for _, layer := range []string{"l1", "l2"} {
			t.Run(name+" "+layer, func(t *testing.T) {
				b, one, two := pair(t)
				one.origin.set("work_1", "old")
				one.expect(ask("work_1"), "old", answer.Origin, 1)
				one.settled(1)
				r := two
				if layer == "l1" {
					r = one
					b.direct.Del(context.Background(), b.space.Entry(ask("work_1").Key, answer.Identity))
				} else if name == "suspect, nobody knows" {
					return // nor can the entry be read
				}
				c.clock(r)
				one.wall.pass(10 * time.Minute)
				c.bus(b, r)
				r.origin.fail(errDown)
				if c.borne {
					r.borne("work_1", "old")
				} else {
					r.withheld("work_1")
				}
			})
		}
	}
}

// TestOwnStampsAreNoMatterForVersions: they are above every number of the bus.
func TestOwnStampsAreNoMatterForVersions(t *testing.T) {
	b, one, _ := pair(t)
	e := answer.NewEntry(answer.Material{Data: []byte("1"), AsOf: 1<<52 + 1, Tags: []string{"work_1"}, Policy: policy, Now: one.wall.now()})
	b.publish(t, "work_1", one)
	if one.l1.last.bearable(t.Context(), e) {
		t.Error("an answer of a time that has ended was believed on the word of the versions")
	}
}
