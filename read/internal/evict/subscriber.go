package evict

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/mutant"
)

var (
	errSilence   = errors.New("silence")
	errBackwards = errors.New("the sequence of the bus went backwards within its epoch")
	errReconnect = errors.New("the client connected again by itself, and messages may be missing")
)

// subscriber follows the bus. It receives with deadlines of its own: the client's
// channels drop messages when full, and a half-open connection looks to it like
// one on which nothing happens.
type subscriber struct {
	f   *Follower
	bus bus

	era   *era
	epoch uint64
	heard time.Time // when the bus was alive last, or the beginning of the session
	bad   uint64    // an epoch whose sequence went backwards
}

// bus is what a subscriber asks of it; *invalidate.Bus.
type bus interface {
	Subscribe(ctx context.Context) *redis.PubSub
	State(ctx context.Context) (invalidate.State, error)
	Replay(ctx context.Context, after uint64, apply func(invalidate.Message) bool) error
}

// run holds a session, and begins another when it fails.
func (s *subscriber) run(ctx context.Context) {
	for wait := firstWait; ctx.Err() == nil; {
		start := time.Now()
		err := s.session(ctx)
		s.f.lost(err)
		if time.Since(start) > s.f.cfg.Silence {
			wait = firstWait
		}
		s.f.m.sessions.Inc()
		sleep(ctx, wait/2+rand.N(wait/2)) //nolint:gosec // spreads reconnects
		wait = min(wait*2, lastWait)
	}
}

const firstWait, lastWait = 20 * time.Millisecond, time.Second

// session subscribes, catches up, and applies messages until something is wrong.
// The order matters: what is published after the subscription is received, and
// what was published before it is in the log.
func (s *subscriber) session(ctx context.Context) error {
	sub := s.bus.Subscribe(ctx)
	defer sub.Close()
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })()
	if _, err := sub.ReceiveTimeout(ctx, s.f.cfg.Silence); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	s.heard = time.Now()
	if err := s.sync(ctx); err != nil {
		return err
	}
	for {
		text, err := s.receive(ctx, sub)
		if err == nil {
			err = s.handle(ctx, text)
		}
		if err != nil {
			return err
		}
	}
}

func (s *subscriber) receive(ctx context.Context, sub *redis.PubSub) (string, error) {
	left := max(time.Until(s.heard.Add(s.f.cfg.Silence)), time.Millisecond)
	if mutant.Without(mutant.Heartbeat) {
		left = 24 * time.Hour
	}
	got, err := sub.ReceiveTimeout(ctx, left)
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "", errSilence
	}
	if err != nil {
		return "", fmt.Errorf("receive: %w", err)
	}
	if m, ok := got.(*redis.Message); ok {
		return m.Payload, nil
	}
	return "", errReconnect
}

// sync brings the era up to where the bus stands, from the log. Where that is no
// reason to believe anything, the session goes on, suspect: the next heartbeat is.
func (s *subscriber) sync(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.f.cfg.Silence)
	defer cancel()
	asked := time.Now()
	state, err := s.bus.State(ctx)
	if err != nil && !errors.Is(err, invalidate.ErrNoBus) {
		return err
	}
	return s.reach(ctx, state, err, asked)
}

// check is sync for when all seems well: a heartbeat was received. That does not say
// when it was sent. A slow connection brings what it has, one after the other, and so
// does one that was not read for a while; so the bus is asked, on another connection,
// how far it is. Where it cannot be, a few heartbeats more are waited for.
func (s *subscriber) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.f.cfg.Silence)
	defer cancel()
	asked := time.Now()
	state, err := s.bus.State(ctx)
	if err != nil && !errors.Is(err, invalidate.ErrNoBus) {
		s.f.m.unchecked.Inc()
		return s.silence()
	}
	return s.reach(ctx, state, err, asked)
}

// reach takes what the bus said when it was asked, and goes there.
func (s *subscriber) reach(ctx context.Context, state invalidate.State, err error, asked time.Time) error {
	if err != nil {
		s.f.lost(err)
		return nil
	}
	if err := s.position(state); err != nil {
		return err
	}
	if state.Seq > s.era.applied.Load() && !mutant.Without(mutant.Gap) {
		if err := s.replay(ctx, state.Seq); err != nil {
			return err
		}
	}
	// The age was true when it was asked for: a replay may take a while.
	heard := asked.Add(-state.Age)
	if time.Since(heard) >= s.f.cfg.Silence {
		s.f.lost(errSilence)
		return nil
	}
	s.heard = heard
	s.f.alive(s.era, state.Fence, heard)
	return nil
}

// position makes sure that there is an era of the bus's epoch. Within an epoch
// sequences only rise; where one did not, somebody has put back old keys, and a
// number may mean two things until the epoch ends.
func (s *subscriber) position(state invalidate.State) error {
	if s.era != nil && s.epoch == state.Epoch && s.era.applied.Load() > state.Seq {
		s.bad = state.Epoch
	}
	if s.bad == state.Epoch {
		return errBackwards
	}
	if s.era == nil || s.epoch != state.Epoch {
		s.begin(state.Epoch)
	}
	return nil
}

// begin starts an era for an epoch. The era of the epoch before stays what it is
// for whoever is reading it; nothing of it is believed from here on, but what it
// knows to be overtaken still is.
func (s *subscriber) begin(epoch uint64) {
	if s.era != nil {
		s.f.m.epochs.Inc()
	}
	s.f.cfg.Fence.lose()
	s.era, s.epoch = newEra(epoch, false), epoch
	s.f.began(s.era)
	s.f.heard(everything)
}

// replay applies the log from where the era stands. If it does not reach up to
// seq, the rest is gone.
func (s *subscriber) replay(ctx context.Context, seq uint64) error {
	n := 0
	err := s.bus.Replay(ctx, s.era.applied.Load(), func(m invalidate.Message) bool {
		if m.Epoch != s.epoch {
			return false // the next message will say so as well
		}
		s.advance(m)
		n++
		return true
	})
	s.f.m.replays.Inc()
	s.f.m.replayed.Add(float64(n))
	if err != nil && !errors.Is(err, invalidate.ErrMalformed) {
		return err
	}
	if err != nil || s.era.applied.Load() < seq {
		s.f.m.floors.Inc()
		s.f.cfg.Fence.lose()
		s.era.drop(seq)
		s.f.heard(everything)
	}
	return nil
}

// advance applies a message of this epoch. Those it has missed raise the floor.
func (s *subscriber) advance(m invalidate.Message) {
	applied := s.era.applied.Load()
	if m.Seq <= applied {
		return
	}
	if m.Seq > applied+1 && !mutant.Without(mutant.Gap) {
		s.f.m.floors.Inc()
		s.f.cfg.Fence.lose()
		s.era.drop(m.Seq - 1)
		s.f.heard(everything)
	}
	s.f.cfg.Fence.touch(m.Outbox, m.XID, m.Tags)
	s.era.apply(m.Seq, m.Tags)
	s.f.heard(m.Tags)
	s.f.carry(m)
	s.f.m.applied.Inc()
}

// handle takes a message from the channel.
func (s *subscriber) handle(ctx context.Context, text string) error {
	m, err := invalidate.Decode(text)
	switch {
	case err != nil:
		s.f.m.unreadable.Inc()
		return s.catchUp(ctx)
	case s.era == nil || m.Epoch != s.epoch:
		return s.catchUp(ctx)
	}
	applied := s.era.applied.Load()
	next := applied + 1
	if m.Kind == invalidate.Heartbeat {
		next = applied
	}
	if m.Seq > next && !mutant.Without(mutant.Gap) {
		s.f.m.gaps.Inc()
		return s.catchUp(ctx)
	}
	if m.Seq < next {
		return s.silence() // late, or doubled: it says nothing about now
	}
	if m.Kind == invalidate.Invalidation {
		s.advance(m)
		return s.silence()
	}
	return s.check(ctx)
}

// silence is for rows without heartbeats: who publishes them is late, and says not how late.
func (s *subscriber) silence() error {
	if time.Since(s.heard) >= s.f.cfg.Silence && !mutant.Without(mutant.Heartbeat) {
		return errSilence
	}
	return nil
}

// catchUp is suspect until the hole is filled.
func (s *subscriber) catchUp(ctx context.Context) error {
	if s.era != nil {
		s.era.suspect.Store(true)
	}
	return s.sync(ctx)
}
