package app

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/pgtest"
)

// generated is a library of so many works: the one named by
// TERCUL_BENCH_DATABASE_URL, or a new one of TERCUL_BENCH_WORKS works.
func generated(b *testing.B) string {
	if named := os.Getenv("TERCUL_BENCH_DATABASE_URL"); named != "" {
		return named
	}
	works := 20000
	if s := os.Getenv("TERCUL_BENCH_WORKS"); s != "" {
		var err error
		works, err = strconv.Atoi(s)
		require.NoError(b, err)
	}
	address := pgtest.Database(b)
	libtest.Tercul(b, address, "generate", "--works", strconv.Itoa(works), "--lines", "0")
	return address
}

// BenchmarkLoadPageDepth prints what a page of works costs at the beginning of
// the list, in the middle and near its end: with keyset cursors, the same.
func BenchmarkLoadPageDepth(b *testing.B) {
	env := settings(b)
	env["TERCUL_DATABASE_URL"] = generated(b)
	s := begin(b, env)
	ctx := context.Background()
	var total int
	require.NoError(b, s.r.db.QueryRow(ctx, "SELECT count(*) FROM view.work").Scan(&total))
	const pages = 200
	for b.Loop() {
		fmt.Printf("\n%-34s %12s\n", fmt.Sprintf("a page of 20 among %d works", total), "median")
		for _, depth := range []int{0, min(1000, total/2), total / 2, total - pages - 25} {
			rows, err := s.r.db.Query(ctx, `SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\n', '-_')
				FROM (SELECT json_build_array('1:Query.works:TITLE', sort_title, id::text)::text AS k FROM view.work ORDER BY sort_title, id OFFSET $1 LIMIT $2) c`, depth, pages)
			require.NoError(b, err)
			cursors, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(b, err)
			questions := make([]string, len(cursors))
			for i, c := range cursors {
				questions[i] = s.document("Works") + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"after":%q}`, c))
			}
			took := timed(questions, func(i int) { s.drain(b, questions[i]) })
			fmt.Printf("after %-28d %12s\n", depth, took.Round(time.Microsecond))
		}
	}
}

// BenchmarkLoadMisses prints how long misses take with 64 callers at once, each
// asking what no cache holds.
func BenchmarkLoadMisses(b *testing.B) {
	env := settings(b, "TERCUL_REDIS_URL", pgtest.RedisURL(b), "TERCUL_LOG_LEVEL", "error", "TERCUL_READ_ORIGIN_WAIT", "2s")
	env["TERCUL_DATABASE_URL"] = generated(b)
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
		fmt.Printf("\n%d misses, %d callers: %.0f/s, p50 %s, p99 %s, max %s\n", len(ids), callers, rate,
			took[len(took)/2].Round(time.Microsecond), took[len(took)*99/100].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond))
	}
}
