package replica

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/mutant"
	"github.com/tercul/tercul/shared/pg"
)

// Variable names the setting with the standbys' URLs.
const Variable = "TERCUL_DATABASE_REPLICA_URLS"

// Set is the standbys.
type Set struct {
	cfg     Config
	servers []*server
	m       *metrics

	history atomic.Pointer[string] // the primary's, as it was asked last
	tape    tape                   // belongs to who runs a round
	silent  bool                   // the primary did not answer the last round; as the tape
}

// Open makes the pools and examines each standby once, so that the first question can
// be asked of it. One that does not answer is tried again later; one of another database
// is a fault of the settings.
func Open(ctx context.Context, cfg Config) (*Set, error) {
	cfg.setDefaults()
	cfg.Unfenced = cfg.Unfenced || mutant.Without(mutant.Fence)
	s := &Set{cfg: cfg}
	for i, url := range cfg.URLs {
		r, err := s.open(fmt.Sprintf("replica-%d", i+1), url)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.servers = append(s.servers, r)
	}
	s.m = newMetrics(cfg.Metrics, s)
	s.round(ctx)
	for _, r := range s.servers {
		if st := r.state.Load(); st.mode == Foreign {
			s.Close()
			return nil, config.Faults{{
				Variable: Variable, Problem: fmt.Sprintf("names %s, which %v than that of TERCUL_DATABASE_URL", r.address, st.err),
				Remedy: "Name streaming standbys of that primary, and the same database on them.",
			}}
		}
	}
	return s, nil
}

func (s *Set) open(name, url string) (*server, error) {
	r := &server{name: name, limit: int32(s.cfg.Limit)} //nolint:gosec // it is small
	r.state.Store(&state{})
	db, err := s.cfg.Open(url, pg.Options{Server: name, AfterConnect: s.admit})
	if err != nil {
		return nil, err
	}
	c := db.Config().ConnConfig
	r.db, r.address = db, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port)))
	return r, nil
}

// Close closes the pools.
func (s *Set) Close() {
	for _, r := range s.servers {
		r.db.Close()
	}
}

// admit examines a new connection: an address may lead to another server than before.
func (s *Set) admit(ctx context.Context, conn *pgx.Conn) error {
	st, err := askStandby(ctx, conn)
	if err != nil {
		return err
	}
	primary := s.history.Load()
	if primary == nil {
		return errUnknown
	}
	if err := st.judge(*primary); err != nil {
		return err
	}
	conn.PgConn().CustomData()[historyKey] = st.history
	return nil
}

// Run examines the standbys and the primary until the context ends, and at once where
// the fence has lost its horizon.
func (s *Set) Run(ctx context.Context, ready func()) error {
	ready()
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.cfg.Fence.Lost():
		}
		s.round(ctx)
	}
}

// round asks the primary, and then the standbys, where they stand. The fence learns of
// the primary last: before a standby is asked anything new, it has been examined.
func (s *Set) round(ctx context.Context) {
	question := s.cfg.Fence.Ask()
	p, heard := s.askPrimary(ctx)
	var wg sync.WaitGroup
	for _, r := range s.servers {
		wg.Go(func() { s.examine(ctx, r, p) })
	}
	wg.Wait()
	if heard {
		s.cfg.Fence.Learn(question, p.history, p.xmax)
	}
}

func (s *Set) askPrimary(ctx context.Context) (p pulse, heard bool) {
	asking, cancel := context.WithTimeout(ctx, s.cfg.Budget)
	defer cancel()
	p, err := askPrimary(asking, s.cfg.Primary)
	if silent := err != nil; silent != s.silent && ctx.Err() == nil {
		s.silent = silent
		s.primaryLog(err)
	}
	if err != nil {
		return pulse{}, false
	}
	s.tape.note(p.lsn, time.Now())
	if old := s.history.Swap(&p.history); old != nil && *old != p.history {
		s.cfg.Log.Warn().Str("before", *old).Str("now", p.history).
			Msg("the primary has another history than before: every connection to a replica is examined anew")
		for _, r := range s.servers {
			r.seen.Store(never)
			r.db.Reset()
		}
	}
	return p, true
}

func (s *Set) primaryLog(err error) {
	if err != nil {
		s.cfg.Log.Warn().Err(err).Msg("the primary cannot be asked where it stands; replicas are judged by what is known")
		return
	}
	s.cfg.Log.Info().Msg("the primary can be asked again where it stands")
}

// examine finds out what a standby is good for. The primary has said before where it is.
func (s *Set) examine(ctx context.Context, r *server, primary pulse) {
	if r.holding(time.Now()) {
		return
	}
	asking, cancel := context.WithTimeout(ctx, s.cfg.Budget)
	defer cancel()
	st, err := askStandby(asking, r.db)
	if err == nil {
		err = s.judge(st)
	}
	err = r.ahead(st, primary, err)
	if ctx.Err() != nil {
		return // the reader stops, which says nothing of the standby
	}
	if err != nil {
		s.changed(r, r.become(modeOf(err), "", err))
		return
	}
	raise(&r.seen, st.xmin)
	now := state{mode: Serving, history: st.history}
	if now.bytes, now.lag = s.tape.behind(st.lsn, time.Now()); now.lag > s.cfg.Lag {
		now.mode = Lagging
	}
	s.changed(r, r.state.Swap(&now).mode)
}

func (s *Set) judge(st standing) error {
	primary := s.history.Load()
	if primary == nil {
		return errUnknown
	}
	return st.judge(*primary)
}

// changed says so in the log where the mode is another one than before.
func (s *Set) changed(r *server, was Mode) {
	st := r.state.Load()
	if st.mode == was {
		return
	}
	e := s.cfg.Log.Warn()
	switch st.mode {
	case Serving:
		e = s.cfg.Log.Info()
	case Foreign:
		e = s.cfg.Log.Error()
	}
	e.Err(pg.Error(st.err)).Str("replica", r.name).Str("address", r.address).Stringer("was", was).Stringer("is", st.mode).
		Dur("lag", st.lag).Msg("a replica has changed")
}

// choose takes a place at the less busy of two standbys that are fit, and returns nil
// where there is none.
func (s *Set) choose(history string, need uint64) *server {
	var pair [2]*server
	n := 0
	for _, r := range s.servers {
		if !r.fit(history, need) {
			continue
		}
		if n++; n <= len(pair) {
			pair[n-1] = r
		} else if i := rand.IntN(n); i < len(pair) { //nolint:gosec // spreads load, guards nothing
			pair[i] = r
		}
	}
	if pair[1] != nil && (pair[1].busy.Load() < pair[0].busy.Load() || pair[1].busy.Load() == pair[0].busy.Load() && rand.IntN(2) == 0) { //nolint:gosec // the same
		pair[0], pair[1] = pair[1], pair[0]
	}
	for _, r := range pair {
		if r != nil && r.enter() {
			return r
		}
	}
	return nil
}

// Status is one standby, for readiness.
type Status struct {
	Name string
	r    *server
}

// Servers lists the standbys.
func (s *Set) Servers() []Status {
	list := make([]Status, len(s.servers))
	for i, r := range s.servers {
		list[i] = Status{r.name, r}
	}
	return list
}

// Check is nil while it is asked.
func (s Status) Check(context.Context) error {
	switch st := s.r.state.Load(); st.mode {
	case Serving:
		return nil
	case Lagging:
		return errLagging
	case Unexamined, Failing:
		return errAway
	default:
		return errOther
	}
}

// Detail says more of one that serves.
func (s Status) Detail() string {
	st := s.r.state.Load()
	return fmt.Sprintf("%s, %d bytes (%s) behind", st.mode, st.bytes, st.lag.Round(time.Millisecond))
}

var _ Clock = (*evict.Clock)(nil)
