package fault

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/tercul/tercul/loadtest/history"
	"github.com/tercul/tercul/loadtest/history/rig"
	"github.com/tercul/tercul/loadtest/history/traffic"
)

// World is what can be broken.
type World struct {
	*rig.Rig
	Editors *traffic.Editors
	Promise *history.Promise
	Report  *history.Report
	Log     func(format string, args ...any)
}

// Fault is a way in which something breaks.
type Fault struct {
	Name string
	// Bound is how old an answer may be; 0 for no older than in health.
	Bound time.Duration
	// Alone concerns one reader, and nobody else.
	Alone bool
	// Touches are the things it breaks: two faults that share one are not combined.
	Touches []string
	// Lasts at least and at most so long; both 0 for what is over at once.
	Least, Most time.Duration
	// inflict breaks it, and returns what mends it.
	inflict func(ctx context.Context, w *World, reader int, rnd *rand.Rand) (mend func(context.Context) error, err error)
}

// Recovery is how long after its end a fault may show.
const Recovery = 5 * time.Second

// mendLimit bounds the mending, which starts processes.
const mendLimit = 2 * time.Minute

// Turn inflicts some faults at once, each on a reader, and mends them. One by itself
// is counted under its name; several that concern the same readers make one fault,
// whose bound is the sum.
func Turn(ctx context.Context, w *World, faults []Fault, readers []int, rnd *rand.Rand) error {
	name, bound := together(faults)
	separate := apart(faults, readers)
	var spells []*history.Spell
	var mends []func(context.Context) error
	var errs []error
	last := time.Duration(0)
	for i, f := range faults {
		called, reader, of := f.Name, history.Everyone, f.Bound
		if f.Alone {
			reader = readers[i]
		}
		if !separate {
			called, of = name, bound
		}
		w.Report.Spell(called, of)
		spells = append(spells, w.Promise.Begin(called, reader, of, time.Now()))
		w.Log("  %s on %s", f.Name, who(reader))
		mend, err := f.inflict(ctx, w, readers[i], rnd)
		if mend != nil {
			mends = append(mends, mend)
		}
		errs = append(errs, err)
		last = max(last, f.Least+time.Duration(rnd.Int64N(int64(f.Most-f.Least)+1)))
	}
	sleep(ctx, last)
	mending, cancel := context.WithTimeout(context.WithoutCancel(ctx), mendLimit)
	defer cancel()
	for _, mend := range slices.Backward(mends) {
		errs = append(errs, mend(mending))
	}
	for _, spell := range spells {
		w.Promise.End(spell, time.Now(), Recovery)
	}
	return errors.Join(errs...)
}

// apart tells whether each fault concerns another reader, and none all of them.
func apart(faults []Fault, readers []int) bool {
	seen := map[int]bool{}
	for i, f := range faults {
		if len(faults) > 1 && (!f.Alone || seen[readers[i]]) {
			return false
		}
		seen[readers[i]] = true
	}
	return true
}

func together(faults []Fault) (name string, bound time.Duration) {
	for _, f := range faults {
		bound += f.Bound
	}
	return fmt.Sprintf("%d at once", len(faults)), bound
}

func who(reader int) string {
	if reader == history.Everyone {
		return "everyone"
	}
	return fmt.Sprintf("reader %d", reader)
}

// Apart tells whether two faults break different things.
func Apart(a, b Fault) bool {
	for _, thing := range a.Touches {
		if slices.Contains(b.Touches, thing) {
			return false
		}
	}
	return true
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
