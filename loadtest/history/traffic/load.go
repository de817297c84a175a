package traffic

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
)

// Sampler asks Postgres how much the readers ask of it.
type Sampler struct {
	DB    *pgxpool.Pool
	Judge *history.Judge
	Cap   int // statements at a time, of all readers
}

const (
	sampleEvery = 100 * time.Millisecond
	sampleLimit = 5 * time.Second
)

// Run samples until the context ends.
func (s Sampler) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(sampleEvery):
		}
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), sampleLimit)
		var n int
		err := s.DB.QueryRow(limited, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tercul-reader' AND state <> 'idle'").Scan(&n)
		cancel()
		if err != nil {
			continue // it is being broken
		}
		s.Judge.Report.Loaded(n, s.Cap)
		if n > s.Cap {
			s.Judge.Broken("I6", history.Everyone, fmt.Sprintf("%d statements of readers at once, and %d are allowed", n, s.Cap), time.Now())
		}
	}
}
