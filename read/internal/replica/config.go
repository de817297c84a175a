package replica

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/pg"
)

// Clock is what is asked of the clock of invalidations; *evict.Clock.
type Clock interface {
	Suspect() bool
	Covers(ticket uint64) bool
}

// Loader answers a question from a database of the caller's choice, with one statement.
type Loader interface {
	Load(ctx context.Context, db store.Database, q *answer.Query) (store.Reading, error)
}

// Config is what a Set needs.
type Config struct {
	URLs    []string
	Primary *pg.DB // is asked where the database stands; answers come by Over
	// Open makes the pool of one standby. Each connection is to be examined before use.
	Open func(url string, options pg.Options) (*pg.DB, error)

	Clock  Clock
	Fence  *evict.Fence
	Loader Loader

	Limit  int           // questions at a standby at a time; default 14
	Lag    time.Duration // behind the primary, from which a standby is set aside; default 10 s
	Every  time.Duration // between examinations; default 1 s
	Budget time.Duration // of an examination; default 1 s

	// Unfenced takes whatever a standby answers: for tests, which show with it what the
	// fence is for.
	Unfenced bool

	Log     zerolog.Logger
	Metrics prometheus.Registerer // nil for none
}

func (c *Config) setDefaults() {
	c.Limit = orElse(c.Limit, 14)
	c.Lag = orElse(c.Lag, 10*time.Second)
	c.Every = orElse(c.Every, time.Second)
	c.Budget = orElse(c.Budget, time.Second)
}

func orElse[T int | time.Duration](v, otherwise T) T {
	if v > 0 {
		return v
	}
	return otherwise
}

// never is the xmin that a standby was seen at before it answered anything.
const never = 0
