package app

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/generate"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
)

// BenchmarkEdits prints what changes cost over HTTP, read model, announcement,
// history and audit included: works edited by one editor and by sixteen, each edit
// another work, and an author renamed whose 5,000 works have to be made anew. Of
// the time that Postgres's functions take it tells what the read model takes
// ("refresh") and what the announcements take ("outbox"); "publish" is what the
// publication before the acknowledgement adds, by a writer that has a Redis beside one
// that has none. They edit in turns: what else the machine does goes to both.
//
//	TERCUL_BENCH_WORKS=20000 go test -run - -bench Edits -benchtime 1x ./internal/app
func BenchmarkEdits(b *testing.B) {
	alone, ids := busy(b)
	bus := alone.beside(b, map[string]string{"TERCUL_REDIS_URL": pgtest.RedisURL(b), "TERCUL_REDIS_SPACE": "bench-edits", "TERCUL_REDIS_TIMEOUT": "5s"})
	for b.Loop() {
		fmt.Printf("\n%-28s %8s %9s %9s %11s %8s %8s %8s\n", "an edit of one work, clients", "a second", "p50", "p99", "statements", "refresh", "outbox", "publish")
		n := len(ids) / 8
		for turn := range 4 {
			for _, s := range []*caller{alone, bus} {
				s.edits(b, []int{1, 16}[turn%2], ids[:n])
				ids = ids[n:]
			}
		}
		alone.rename(b)
	}
}

// busy is a writer on a library of made-up works, with an editor's token, and the
// works in a random order.
func busy(b *testing.B) (*caller, []string) {
	url := pgtest.Database(b)
	db := pgtest.Open(b, url)
	var name string
	require.NoError(b, db.QueryRow(context.Background(), "SELECT current_database()").Scan(&name))
	_, err := db.Exec(context.Background(), "ALTER DATABASE "+pgx.Identifier{name}.Sanitize()+" SET track_functions = 'all'")
	require.NoError(b, err)
	library(b, url)
	s := &site{service: &service{t: b}, db: db, url: url}
	s.account("ada", identity.Editor)
	p := s.beside(b, nil)
	rows, err := db.Query(context.Background(), "SELECT s.public_id FROM core.works w JOIN core.subjects s ON s.id = w.id ORDER BY md5(w.id::text) LIMIT 2000")
	require.NoError(b, err)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b, err)
	return p, ids
}

// beside is an editor of another writer on the same library.
func (s *site) beside(b *testing.B, more map[string]string) *caller {
	env := settings(b, map[string]string{
		"TERCUL_DATABASE_URL": s.url, "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_LOG_LEVEL": "error", "TERCUL_DATABASE_MAX_CONNS": "24",
		"TERCUL_WRITE_TIMEOUT": "30s", "TERCUL_DATABASE_STATEMENT_TIMEOUT": "60s",
	})
	maps.Copy(env, more)
	return (&site{start(b, env), s.db, s.url, env["TERCUL_MAIL_DROP"]}).as("ada")
}

// publishing is the time that publication has added to commands so far.
func (s *site) publishing(b *testing.B) (d time.Duration) {
	_, _, metrics := s.ask(http.MethodGet, "/metrics")
	for line := range strings.Lines(metrics) {
		if text, found := strings.CutPrefix(line, "tercul_announce_seconds_sum "); found {
			seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			require.NoError(b, err)
			d = time.Duration(seconds * 1e9)
		}
	}
	return d
}

// library makes works, as many as TERCUL_BENCH_WORKS says.
func library(b *testing.B, url string) {
	works := 20_000
	if text := os.Getenv("TERCUL_BENCH_WORKS"); text != "" {
		var err error
		works, err = strconv.Atoi(text)
		require.NoError(b, err, "TERCUL_BENCH_WORKS")
	}
	fmt.Printf("\nmaking a library of %d works\n", works)
	conn, err := pgx.Connect(context.Background(), url)
	require.NoError(b, err)
	defer func() { _ = conn.Close(context.Background()) }()
	require.NoError(b, generate.Run(context.Background(), conn, generate.Options{Works: works, Seed: 1, Translations: generate.Range{From: 0, To: 2}}, silent{}))
}

type silent struct{}

func (silent) Stage(string, int64)               {}
func (silent) Add(int64)                         {}
func (silent) Done(string, int64, time.Duration) {}

const editText = `mutation($id: ID!, $d: String!) { updateWork(input: {id: $id, expectedVersion: 1, patch: {description: $d}}) { work { version } userErrors { code } } }`

// edits has clients edit one work after the other.
func (c *caller) edits(b *testing.B, clients int, ids []string) {
	sent := func() int { return c.counted("updateWork").statements + c.counted("ReadOutbox").statements }
	statements, before, published := sent(), spent(b, c.db, "on_works"), c.publishing(b)
	took := make([]time.Duration, len(ids))
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		all.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(ids); i = next.Add(1) - 1 {
				asked := time.Now()
				r := c.do(editText, map[string]any{"id": ids[i], "d": "Described anew."})
				took[i] = time.Since(asked)
				if r.code != "" || len(r.faults("updateWork")) > 0 {
					b.Errorf("%s: %s %v", ids[i], r.code, r.faults("updateWork"))
				}
			}
		})
	}
	all.Wait()
	rate := float64(len(ids)) / time.Since(begun).Seconds()
	statements, published = sent()-statements, c.publishing(b)-published
	after := settled(b, c.db, "on_works", before.calls+int64(len(ids)))
	var sum time.Duration
	for _, t := range took {
		sum += t
	}
	slices.Sort(took)
	name := fmt.Sprint(clients, ", without Redis")
	if published > 0 {
		name = fmt.Sprint(clients, ", published")
	}
	fmt.Printf("%-28s %8.0f %9s %9s %11.1f %7.0f%% %7.0f%% %7.0f%%\n", name, rate,
		took[len(took)/2].Round(10*time.Microsecond), took[len(took)*99/100].Round(10*time.Microsecond), float64(statements)/float64(len(ids)),
		100*share(after.refresh-before.refresh, sum), 100*share(after.outbox-before.outbox, sum), 100*share(published, sum))
}

func share(part, whole time.Duration) float64 { return float64(part) / float64(whole) }

// inFunctions is the time that Postgres spent in functions, and how often one was called.
type inFunctions struct {
	refresh, outbox time.Duration
	calls           int64
}

// spent tells the time so far. The functions view.…_changed write the outbox; all
// others of view make its rows.
func spent(b *testing.B, db *pgxpool.Pool, name string) (f inFunctions) {
	var refresh, outbox float64
	require.NoError(b, db.QueryRow(context.Background(), `SELECT coalesce(sum(self_time) FILTER (WHERE funcname NOT LIKE '%\_changed'), 0),
			coalesce(sum(self_time) FILTER (WHERE funcname LIKE '%\_changed'), 0), coalesce(sum(calls) FILTER (WHERE funcname = $1), 0)::bigint
		FROM pg_stat_user_functions WHERE schemaname = 'view'`, name).Scan(&refresh, &outbox, &f.calls))
	f.refresh, f.outbox = time.Duration(refresh*1e6), time.Duration(outbox*1e6)
	return f
}

// settled waits until the sessions have told what they did, which they put off for
// up to ten seconds.
func settled(b *testing.B, db *pgxpool.Pool, name string, calls int64) (f inFunctions) {
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		last := f
		if f = spent(b, db, name); f.calls >= calls && f == last {
			break
		}
	}
	return f
}

const worksOfOne = 5000

// rename gives an author of 5,000 works another name.
func (c *caller) rename(b *testing.B) {
	author := prolific(b, c.db)
	before := spent(b, c.db, "on_person_names")
	statements := c.counted("setAuthorNames").statements
	begun := time.Now()
	r := c.do(`mutation($id: ID!) { setAuthorNames(input: {id: $id, expectedVersion: 1, names: [{language: "en", name: "Another Name"}]}) { author { version } userErrors { code } } }`,
		map[string]any{"id": author})
	took := time.Since(begun)
	require.Empty(b, r.code)
	require.Empty(b, r.faults("setAuthorNames"))
	statements = c.counted("setAuthorNames").statements - statements
	after := settled(b, c.db, "on_person_names", before.calls+1)
	fmt.Printf("\nan author renamed who has %d works: %s, %d statements; refresh %.0f%%, outbox %.0f%%\n", worksOfOne, took.Round(time.Millisecond), statements,
		100*share(after.refresh-before.refresh, took), 100*share(after.outbox-before.outbox, took))
}

// prolific makes an author with 5,000 published works.
func prolific(b *testing.B, db *pgxpool.Pool) publicid.ID {
	author, err := publicid.New("PERSON")
	require.NoError(b, err)
	require.NoError(b, pgx.BeginFunc(context.Background(), db, func(tx pgx.Tx) error {
		for _, sql := range []string{
			"INSERT INTO core.subjects (id, kind) VALUES ($1, 'PERSON')",
			"INSERT INTO core.persons (id) VALUES ($1)",
			"INSERT INTO core.person_names (id, person_id, language, name, sort_name) VALUES ($1, $1, 'en', 'A Name', 'Name, A')",
			fmt.Sprintf(`WITH made AS (INSERT INTO core.subjects (id, kind) SELECT gen_random_uuid(), 'WORK' FROM generate_series(1, %d) RETURNING id),
				works AS (INSERT INTO core.works (id, original_language, literature_type, status, published_at) SELECT id, 'en', 'POETRY', 'PUBLISHED', now() FROM made),
				titles AS (INSERT INTO core.work_titles (id, work_id, language, title, sort_title) SELECT id, id, 'en', 'A poem', 'Poem' FROM made)
				INSERT INTO core.work_contributors (work_id, person_id, role) SELECT id, $1, 'AUTHOR' FROM made`, worksOfOne),
		} {
			if _, err := tx.Exec(context.Background(), sql, author.UUID); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	}))
	return author
}
