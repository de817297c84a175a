package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

// BenchmarkLayers prints what one answer costs by the layer that gives it, and
// beside it the statement of a miss run alone: one reader on the sample library,
// real Postgres and Redis, one request at a time. Every question goes through all
// the ways one after the other, so that what disturbs the machine disturbs them
// alike.
//
//	go test -run - -bench Layers -benchtime 1x ./internal/app
func BenchmarkLayers(b *testing.B) {
	env := settings(b, "TERCUL_REDIS_URL", pgtest.RedisURL(b), "TERCUL_LOG_LEVEL", "error")
	publish(b, env)
	first, second := begin(b, env), begin(b, env)
	first.onTheBus()
	second.onTheBus()
	ways := newWays(b, first, second)
	for b.Loop() {
		fmt.Printf("\n%-34s %9s %9s %6s %9s %9s\n", "median, µs", "statement", "miss", "ratio", "L2 hit", "L1 hit")
		for _, name := range []string{"WorkById", "WorkPage", "ParallelReading", "Works"} {
			ratio := ways.compare(name)
			b.ReportMetric(ratio, name+"-miss/statement")
		}
	}
}

// timed runs a question at a time and gives the median.
func timed(questions []string, ask func(i int)) time.Duration {
	runtime.GC()
	took := make([]time.Duration, len(questions))
	for i := range questions {
		begun := time.Now()
		ask(i)
		took[i] = time.Since(begun)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func (s *running) drain(b *testing.B, path string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	require.NoError(b, err)
	res, err := client.Do(req)
	require.NoError(b, err)
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b.Fatal(res.Status)
	}
}
