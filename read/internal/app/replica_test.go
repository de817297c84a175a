package app

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/pgtest"
)

// TestReplica follows a reader with a real standby through its life.
func TestReplica(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers: -short")
	}
	primary := pgtest.Primary(t)
	libtest.Tercul(t, primary.URL, "import", "--sample")
	standby := primary.Standby(t)
	standby.CaughtUp(t, primary)
	line, through := through(t, primary.URL)
	s := begin(t, settings(t, "TERCUL_DATABASE_URL", through, "TERCUL_DATABASE_REPLICA_URLS", standby.URL))
	s.replicaIs("up")
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"a miss is one statement, of the replica", s.oneStatement},
		{"a replica has the role's settings", func(t *testing.T) { s.roleOnReplica(t, standby.URL) }},
		{"a change is seen at once", func(t *testing.T) { s.changeWhileLagging(t, primary, standby) }},
		{"the primary is away", func(t *testing.T) {
			line.Cut()
			s.withoutPrimary(t)
			line.Heal()
			s.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"status":"ready"`) })
			s.replicaIs("up")
		}},
		{"the replica is killed", func(t *testing.T) { s.killed(t, standby) }},
	} {
		require.True(t, t.Run(part.name, part.run))
	}
}

// replicaIs waits until readiness says so of the replica, and that the reader is ready.
func (s *running) replicaIs(state string) {
	s.t.Helper()
	s.eventually("/readyz", func(r reply) bool {
		return r.status == 200 && strings.Contains(r.body, `"name":"replica-1","state":"`+state+`"`)
	})
}

// unasked is a question that was never asked before.
func (s *running) unasked(n int64) string {
	return s.document("WorkPage") + vars(fmt.Sprintf(`{"slug":"nothing-%d"}`, n))
}

// metric is one of the reader's, in full with its labels.
func (s *running) metric(name string) string {
	s.t.Helper()
	_, value, _ := strings.Cut(s.get("/metrics").body, "\n"+name+" ")
	value, _, _ = strings.Cut(value, "\n")
	return value
}

func (s *running) oneStatement(t *testing.T) {
	const name = `tercul_sql_duration_seconds_count{server="%s",statement="Languages"}`
	path := s.document("Languages")
	r := s.get(path)
	require.Equal(t, 200, r.status, r.body)
	require.Contains(t, r.header.Get("Cache-Status"), "fwd=miss")
	assert.Equal(t, "1", s.metric(fmt.Sprintf(name, "replica-1")))
	assert.Empty(t, s.metric(fmt.Sprintf(name, "primary")))
	assert.Equal(t, "1", s.metric(`tercul_origin_answers_total{server="replica-1"}`))
	assert.Equal(t, "1", s.metric(`tercul_replica_serving{server="replica-1"}`))
	assert.Equal(t, "1", s.metric(`tercul_replica_horizon_known`))
	assert.Contains(t, s.get(path).header.Get("Cache-Status"), "tercul-l1; hit")
}

func (s *running) roleOnReplica(t *testing.T, url string) {
	db, err := s.r.openReplica(url, pg.Options{Server: "test"})
	require.NoError(t, err)
	defer db.Close()
	var role, timeout string
	var standby bool
	require.NoError(t, db.QueryRow(t.Context(), "SELECT current_user, current_setting('statement_timeout'), pg_is_in_recovery()").
		Scan(&role, &timeout, &standby))
	assert.Equal(t, "tercul_reader", role)
	assert.Equal(t, "3s", timeout)
	assert.True(t, standby)
	_, err = db.Exec(t.Context(), "SELECT FROM core.works")
	assert.ErrorContains(t, err, "permission denied")
}

func (s *running) changeWhileLagging(t *testing.T, primary, standby *pgtest.Server) {
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	r := s.get(path)
	require.Equal(t, 200, r.status)
	standby.Pause(t)
	tag, err := pgtest.Open(t, primary.URL).Exec(t.Context(),
		`UPDATE core.works SET description = 'As no replica has it.' WHERE id = (SELECT id FROM view.work WHERE slug = $1)`, slug)
	require.NoError(t, err)
	require.EqualValues(t, 1, tag.RowsAffected())
	s.eventually(path, func(r reply) bool { return strings.Contains(r.body, "As no replica has it.") })
	for range 10 {
		require.Contains(t, s.get(path).body, "As no replica has it.")
	}
	standby.Resume(t)
	standby.CaughtUp(t, primary)
	s.replicaIs("up")
}

// withoutPrimary: what is not cached comes from the replica, and is kept nowhere once
// nobody can tell what was committed meanwhile.
func (s *running) withoutPrimary(t *testing.T) {
	s.eventually("/readyz", func(r reply) bool {
		return r.status == 200 && strings.Contains(r.body, `"name":"changes","state":"down"`)
	})
	path := s.document("WorkPage") + vars(`{"slug":"leopardi-infinito"}`)
	r := s.eventually(path, status(200))
	assert.Contains(t, r.body, "infinito")
	assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
	assert.Contains(t, r.header.Get("Cache-Status"), "tercul-replica; fwd=stale")
}

// killed has no request fail, whatever it was doing.
func (s *running) killed(t *testing.T, standby *pgtest.Server) {
	var n, asked atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r := s.get(s.unasked(n.Add(1)))
				assert.Equal(t, 200, r.status, r.body)
				asked.Add(1)
			}
		})
	}
	more := func(of int64) {
		from := asked.Load()
		require.Eventually(t, func() bool { return asked.Load() >= from+of }, time.Minute, time.Millisecond)
	}
	more(50)
	standby.Kill()
	more(50)
	s.replicaIs("down")
	more(50)
	close(stop)
	wg.Wait()
	assert.Contains(t, s.get("/readyz").body, `"status":"degraded"`)
	assert.Equal(t, "0", s.metric(`tercul_replica_serving{server="replica-1"}`))
	assert.Contains(t, s.logs.String(), "a replica has changed")
	assert.NotContains(t, s.logs.String(), standby.URL)
}

func TestReplicaOfAnotherDatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	cfg, err := LoadConfig(settings(t, "TERCUL_DATABASE_REPLICA_URLS", pgtest.Database(t)))
	require.NoError(t, err)
	cfg.Addr = "127.0.0.1:0"
	_, err = New(t.Context(), cfg, io.Discard)
	require.ErrorContains(t, err, "TERCUL_DATABASE_REPLICA_URLS")
	require.ErrorContains(t, err, "is a server of another database")
}

// TestReplicaThatIsThePrimary, or that is not there: the reader starts and does without.
func TestReplicaThatIsThePrimary(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	url := libtest.URL(t)
	s := begin(t, settings(t, "TERCUL_DATABASE_URL", url, "TERCUL_DATABASE_REPLICA_URLS", url+",postgres://nobody:secret@127.0.0.1:1/none"))
	s.replicaIs("down")
	ready := s.get("/readyz").body
	assert.Contains(t, ready, `"name":"replica-2","state":"down"`)
	assert.Contains(t, ready, "no standby on the primary")
	assert.Equal(t, 200, s.get(s.document("Languages")).status)
	assert.Equal(t, "1", s.metric(`tercul_origin_answers_total{server="primary"}`))
	assert.Equal(t, "1", s.metric(`tercul_replica_mode{mode="promoted",server="replica-1"}`))
	assert.NotContains(t, s.logs.String(), "secret")
}

func TestReplicaSettings(t *testing.T) {
	base := map[string]string{"TERCUL_DATABASE_URL": "postgres://a@b/c"}
	for value, ok := range map[string]bool{
		"postgres://a@b/c":                   true,
		"postgres://a@b/c,postgres://a@d/c":  true,
		"postgres://a:sesame@b/c,nowhere":    false,
		strings.Repeat("postgres://a/,", 17): false,
	} {
		base["TERCUL_DATABASE_REPLICA_URLS"] = value
		_, err := LoadConfig(base)
		if ok {
			require.NoError(t, err, value)
			continue
		}
		require.ErrorContains(t, err, "TERCUL_DATABASE_REPLICA_URLS", value)
		require.NotContains(t, err.Error(), "sesame")
	}
	for limit, want := range map[string]int{"0": 4, "3": 3, "50": 5} {
		base["TERCUL_DATABASE_REPLICA_URLS"], base["TERCUL_READ_ORIGIN_LIMIT"], base["TERCUL_DATABASE_MAX_CONNS"] = "postgres://a@b/c", limit, "6"
		cfg, err := LoadConfig(base)
		require.NoError(t, err)
		require.Equal(t, want, cfg.replicaLimit())
	}
}
