package replica

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/pg"
)

// Mode is what a standby is good for.
type Mode uint8

// The modes. Only one that is Serving is asked.
const (
	Unexamined Mode = iota
	Serving
	Lagging
	Failing
	Astray
	Promoted
	Foreign
)

// String names the mode in logs and in readiness reports.
func (m Mode) String() string {
	return [...]string{"unexamined", "serving", "lagging", "failing", "astray", "promoted", "foreign"}[m]
}

// server is one standby.
type server struct {
	name, address string
	db            *pg.DB
	limit         int32

	// Belong to who examines it: where it was at the last examination, and whether that
	// was beyond the primary.
	lsn    int64
	beyond bool

	busy  atomic.Int32
	seen  atomic.Uint64 // the highest xmin that it has answered
	state atomic.Pointer[state]

	// ailing is set while held, penalty or slips are not zero, so that who is well
	// takes no lock.
	ailing  atomic.Bool
	mu      sync.Mutex
	held    time.Time // it is set aside until then, whatever an examination says
	penalty time.Duration
	slips   int // failures in a row that the primary did not share
}

// state is what the last examination, or a failure since, has shown.
type state struct {
	mode    Mode
	history string // of the examination
	err     error
	bytes   int64
	lag     time.Duration
}

const (
	firstPenalty = time.Second
	lastPenalty  = 30 * time.Second
	// mostSlips is how many times in a row it may fail where the primary does not.
	mostSlips = 3
)

// inHotStandby is reported by the server with every answer, and never turns on again.
const inHotStandby = "in_hot_standby"

// historyKey is where a connection keeps what it was examined for.
const historyKey = "tercul.history"

// fit tells whether it may be asked for what needs that xmin.
func (r *server) fit(history string, need uint64) bool {
	s := r.state.Load()
	return s.mode == Serving && s.history == history && r.seen.Load() >= need && r.busy.Load() < r.limit
}

// enter takes one of the places; false where there is none.
func (r *server) enter() bool {
	if r.busy.Add(1) > r.limit {
		r.busy.Add(-1)
		return false
	}
	return true
}

func (r *server) leave() { r.busy.Add(-1) }

// load asks it, on a connection that was examined for the history.
func (r *server) load(ctx context.Context, loader Loader, q *answer.Query, history string) (store.Reading, error) {
	conn, err := r.db.Acquire(ctx)
	if err != nil {
		return store.Reading{}, pg.Error(err)
	}
	defer conn.Release()
	server := conn.Conn().PgConn()
	if server.CustomData()[historyKey] != history {
		_ = conn.Conn().Close(ctx)
		return store.Reading{}, errAstray
	}
	got, err := loader.Load(ctx, conn, q)
	if err != nil {
		return got, err
	}
	if server.ParameterStatus(inHotStandby) != "on" {
		return got, errPromoted
	}
	raise(&r.seen, got.Xmin)
	return got, nil
}

// worked forgives what went wrong before.
func (r *server) worked() {
	if !r.ailing.Load() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slips, r.penalty = 0, 0
	r.ailing.Store(!r.held.IsZero())
}

// slip notes a failure that the primary did not share, and tells whether it was one too
// many.
func (r *server) slip() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.slips++
	r.ailing.Store(true)
	return r.slips >= mostSlips
}

// setAside lets nobody ask it for a while, which doubles each time until it has answered.
func (r *server) setAside(now time.Time, err error) (was Mode) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.penalty = min(max(2*r.penalty, firstPenalty), lastPenalty)
	r.held, r.slips = now.Add(r.penalty), 0
	r.ailing.Store(true)
	return r.become(modeOf(err), "", err)
}

// holding tells whether it has been set aside and the time is not over.
func (r *server) holding(now time.Time) bool {
	if !r.ailing.Load() {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Before(r.held) {
		return true
	}
	r.held = time.Time{}
	return false
}

// ahead notes where it is, and tells whether it has been where the primary never was:
// the primary was put back to an earlier state, and what it had is still here. So it
// stays until the server has been away, since it must be made anew.
func (r *server) ahead(st standing, primary pulse, err error) error {
	if err != nil {
		r.lsn, r.beyond = 0, false
		return err
	}
	// What it had the last time, the primary had before it was asked this time.
	r.beyond = r.beyond || primary.lsn > 0 && r.lsn > primary.lsn
	r.lsn = st.lsn
	if r.beyond {
		return errAhead
	}
	return nil
}

// become changes the mode and keeps what is known of the lag.
func (r *server) become(mode Mode, history string, err error) (was Mode) {
	old := r.state.Load()
	r.state.Store(&state{mode: mode, history: history, err: err, bytes: old.bytes, lag: old.lag})
	return old.mode
}

func modeOf(err error) Mode {
	switch {
	case errors.Is(err, errForeign):
		return Foreign
	case errors.Is(err, errPromoted):
		return Promoted
	case errors.Is(err, errAstray), errors.Is(err, errAhead):
		return Astray
	}
	return Failing
}

func raise(v *atomic.Uint64, n uint64) {
	for old := v.Load(); n > old; old = v.Load() {
		if v.CompareAndSwap(old, n) {
			return
		}
	}
}
