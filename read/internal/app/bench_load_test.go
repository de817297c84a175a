package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/pgtest"
)

// libraries are those named by TERCUL_BENCH_DATABASE_URL, or new ones of as many
// works as TERCUL_BENCH_WORKS says; both may name several, with blanks between.
func libraries(b *testing.B) []string {
	if named := strings.Fields(os.Getenv("TERCUL_BENCH_DATABASE_URL")); len(named) > 0 {
		return named
	}
	sizes := strings.Fields(os.Getenv("TERCUL_BENCH_WORKS"))
	if len(sizes) == 0 {
		sizes = []string{"20000"}
	}
	var made []string
	for _, size := range sizes {
		works, err := strconv.Atoi(size)
		require.NoError(b, err, "TERCUL_BENCH_WORKS")
		made = append(made, library(b, works))
	}
	return made
}

// library makes one of so many works.
func library(b *testing.B, works int) string {
	fmt.Printf("\nmaking a library of %d works\n", works)
	address := pgtest.Database(b)
	libtest.Tercul(b, address, "generate", "--works", strconv.Itoa(works), "--lines", "0", "--translations", "0..2")
	return address
}

// BenchmarkLoadMisses prints how long misses take with 64 callers at once, each
// asking what no cache holds.
func BenchmarkLoadMisses(b *testing.B) {
	env := settings(b, "TERCUL_REDIS_URL", pgtest.RedisURL(b), "TERCUL_LOG_LEVEL", "error", "TERCUL_READ_ORIGIN_WAIT", "2s")
	env["TERCUL_DATABASE_URL"] = libraries(b)[0]
	s := begin(b, env)
	rows, err := s.r.db.Query(context.Background(), "SELECT public_id FROM view.work ORDER BY md5(public_id) LIMIT 12000")
	require.NoError(b, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b, err)
	for b.Loop() {
		const callers = 64
		var next atomic.Int64
		took := make([]time.Duration, len(ids))
		var all sync.WaitGroup
		begun := time.Now()
		for range callers {
			all.Go(func() {
				for i := next.Add(1) - 1; int(i) < len(ids); i = next.Add(1) - 1 {
					asked := time.Now()
					s.drain(b, s.document("WorkById")+"&variables="+url.QueryEscape(fmt.Sprintf(`{"id":%q}`, ids[i])))
					took[i] = time.Since(asked)
				}
			})
		}
		all.Wait()
		rate := float64(len(ids)) / time.Since(begun).Seconds()
		slices.Sort(took)
		fmt.Printf("\nWorkById, %d different works that no cache holds, %d callers at once over HTTP: %.0f a second; p50 %s, p99 %s, max %s\n", len(ids), callers, rate,
			took[len(took)/2].Round(time.Microsecond), took[len(took)*99/100].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond))
	}
}
