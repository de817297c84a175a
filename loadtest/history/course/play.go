package course

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tercul/tercul/loadtest/history/fault"
)

// step is some faults at the same time, each on a reader.
type step struct {
	faults  []fault.Fault
	readers []int
}

// calm is how long everything is whole between two steps, at least: long enough for
// most of a fault's consequences to be seen by themselves.
const calm = 1500 * time.Millisecond

// play breaks one thing after the other until the time is over: every fault by itself
// first, and then, in turns, random ones together and each by itself again.
func (s *scene) play(ctx context.Context) error {
	deadline := time.Now().Add(s.cfg.Duration)
	chosen, err := s.chosen()
	if err != nil {
		return err
	}
	sleep(ctx, min(5*time.Second, s.cfg.Duration/4))
	if err := s.herd(ctx); err != nil {
		return err
	}
	for round := 0; ; round++ {
		steps := s.singly(chosen)
		if round > 0 {
			steps = s.mixed(chosen, steps)
		}
		for _, step := range steps {
			if ctx.Err() != nil || !time.Now().Before(deadline) {
				return ctx.Err()
			}
			if err := s.take(ctx, step, deadline); err != nil {
				return err
			}
		}
		if len(steps) == 0 {
			sleep(ctx, time.Until(deadline))
			return ctx.Err()
		}
	}
}

// take inflicts a step, and leaves some time of health after it: the longer, the more
// time there is.
func (s *scene) take(ctx context.Context, step step, deadline time.Time) error {
	s.Log("%s left", time.Until(deadline).Round(time.Second))
	if err := fault.Turn(ctx, s.World, step.faults, step.readers, s.rnd); err != nil {
		return fmt.Errorf("break or mend: %w", err)
	}
	sleep(ctx, calm)
	if s.cfg.Duration >= enoughForTrends {
		sleep(ctx, 2*fault.Recovery)
	}
	if s.rnd.IntN(3) == 0 {
		return s.herd(ctx)
	}
	return nil
}

func (s *scene) chosen() (chosen []fault.Fault, err error) {
	known := fault.List()
	switch {
	case len(s.cfg.Faults) == 1 && s.cfg.Faults[0] == "all":
		return known, nil
	case len(s.cfg.Faults) == 1 && s.cfg.Faults[0] == "none":
		return nil, nil
	}
	for _, name := range s.cfg.Faults {
		i := slices.IndexFunc(known, func(f fault.Fault) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no fault %q", name)
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// singly has every fault once, in any order. Those that concern one reader alone are
// inflicted on as many readers at a time, each on another.
func (s *scene) singly(chosen []fault.Fault) (steps []step) {
	chosen = slices.Clone(chosen)
	s.rnd.Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
	var alone step
	flush := func() {
		if len(alone.faults) > 0 {
			steps = append(steps, alone)
		}
		alone = step{}
	}
	for _, f := range chosen {
		if !f.Alone {
			steps = append(steps, step{[]fault.Fault{f}, []int{s.rnd.IntN(len(s.Readers))}})
			continue
		}
		if len(alone.faults) == len(s.Readers) {
			flush()
		}
		alone.faults, alone.readers = append(alone.faults, f), append(alone.readers, len(alone.faults))
	}
	flush()
	s.rnd.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	return steps
}

// mixed puts two or three faults that can go together after each step.
func (s *scene) mixed(chosen []fault.Fault, steps []step) (more []step) {
	for _, one := range steps {
		more = append(more, one)
		target, combined := s.rnd.IntN(len(s.Readers)), step{}
		for range 2 + s.rnd.IntN(2) {
			f := chosen[s.rnd.IntN(len(chosen))]
			if !slices.ContainsFunc(combined.faults, func(other fault.Fault) bool { return !fault.Apart(f, other) }) {
				combined.faults, combined.readers = append(combined.faults, f), append(combined.readers, target)
			}
		}
		more = append(more, combined)
	}
	return more
}
