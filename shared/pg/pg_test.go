package pg_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/shared/pgtest"
)

func open(t *testing.T, change func(*pg.Config, *pg.Options)) *pg.DB {
	t.Helper()
	cfg := pg.Config{URL: pgtest.ServerURL(t), MaxConns: 2, StatementTimeout: 5 * time.Second, ConnectTimeout: 2 * time.Second}
	opts := pg.Options{Application: "pg_test", ReadOnly: true, Metrics: prometheus.NewRegistry()}
	if change != nil {
		change(&cfg, &opts)
	}
	db, err := pg.Open(cfg, opts)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db
}

func code(err error) apperr.Code { return apperr.From(pg.Error(err)).Code }

func TestParameters(t *testing.T) {
	db := open(t, func(_ *pg.Config, o *pg.Options) { o.Role = "pg_read_all_data" })
	ctx := context.Background()
	var got [6]string
	require.NoError(t, db.QueryRow(ctx, `SELECT current_user, current_setting('statement_timeout'), current_setting('application_name'),
		current_setting('default_transaction_read_only'), current_setting('timezone'), current_setting('jit')`).
		Scan(&got[0], &got[1], &got[2], &got[3], &got[4], &got[5]))
	assert.Equal(t, [6]string{"pg_read_all_data", "5s", "pg_test", "on", "UTC", "off"}, got)
	_, err := db.Exec(ctx, `CREATE TABLE t (a int)`)
	assert.Equal(t, apperr.Internal, code(err))
	assert.Equal(t, uint64(2), db.Statements())
	require.NoError(t, db.Ping(ctx))
}

// However many different statements there are, a connection keeps few of their plans.
func TestFewStatementsStayPrepared(t *testing.T) {
	db := open(t, func(c *pg.Config, o *pg.Options) { c.MaxConns, o.Statements = 1, 3 })
	ctx := context.Background()
	for i := range 10 {
		var n int
		require.NoError(t, db.QueryRow(ctx, fmt.Sprintf("SELECT $1::int + %d", i), 1).Scan(&n))
	}
	var kept int
	require.NoError(t, db.QueryRow(ctx, "SELECT count(*) FROM pg_prepared_statements").Scan(&kept))
	require.LessOrEqual(t, kept, 4, "the last that is to go goes with the next question")
	require.Positive(t, kept)
}

func TestTimeouts(t *testing.T) {
	db := open(t, func(c *pg.Config, _ *pg.Options) { c.StatementTimeout = 50 * time.Millisecond })
	_, err := db.Exec(context.Background(), `SELECT pg_sleep(10)`)
	assert.Equal(t, apperr.Timeout, code(err), "the server's timeout")
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, err = db.Exec(ctx, `SELECT pg_sleep(10)`)
	assert.Equal(t, apperr.Timeout, code(err), "the caller's deadline")
}

func TestFullPoolIsATimeout(t *testing.T) {
	db := open(t, func(c *pg.Config, _ *pg.Options) { c.MaxConns = 1 })
	held, err := db.Acquire(context.Background())
	require.NoError(t, err)
	defer held.Release()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, err = db.Exec(ctx, `SELECT 1`)
	assert.Equal(t, apperr.Timeout, code(err))
}

func TestDeadDatabase(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	db := open(t, func(c *pg.Config, _ *pg.Options) { c.URL = "postgres://me:geheim@" + address + "/db" })
	err = db.Ping(context.Background())
	assert.Equal(t, apperr.Unavailable, code(err))
	assert.NotContains(t, err.Error(), "geheim")
	assert.Equal(t, 2*time.Second, apperr.From(err).RetryAfter)
}

func TestKilledConnection(t *testing.T) {
	db := open(t, func(c *pg.Config, _ *pg.Options) { c.StatementTimeout = 10 * time.Second })
	victim, err := db.Acquire(context.Background())
	require.NoError(t, err)
	defer victim.Release()
	_, err = db.Exec(context.Background(), `SELECT pg_terminate_backend($1)`, int(victim.Conn().PgConn().PID()))
	require.NoError(t, err)
	_, err = victim.Exec(context.Background(), `SELECT 1`)
	assert.Equal(t, apperr.Unavailable, code(err))
}

func TestError(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want apperr.Code
	}{
		"too many connections": {&pgconn.PgError{Code: "53300"}, apperr.Unavailable},
		"starting up":          {&pgconn.PgError{Code: "57P03"}, apperr.Unavailable},
		"shutting down":        {fmt.Errorf("q: %w", &pgconn.PgError{Code: "57P01"}), apperr.Unavailable},
		"cancelled":            {&pgconn.PgError{Code: "57014"}, apperr.Timeout},
		"locked":               {&pgconn.PgError{Code: "55P03"}, apperr.Timeout},
		"deadlock":             {&pgconn.PgError{Code: "40P01"}, apperr.Unavailable},
		"broken":               {io.ErrUnexpectedEOF, apperr.Unavailable},
		"wrong SQL":            {&pgconn.PgError{Code: "42601"}, apperr.Internal},
		"coded":                {apperr.New(apperr.CostLimit, "x"), apperr.CostLimit},
		"caller gone":          {context.Canceled, apperr.Unavailable},
		"other":                {errors.New("x"), apperr.Internal},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, code(tc.err)) })
	}
	require.NoError(t, pg.Error(nil))
	assert.Same(t, pgx.ErrNoRows, pg.Error(pgx.ErrNoRows))
}

func TestMetrics(t *testing.T) {
	registry := prometheus.NewRegistry()
	db := open(t, func(_ *pg.Config, o *pg.Options) { o.Metrics = registry })
	ctx := pg.Named(context.Background(), "WorkPage")
	_, err := db.Exec(ctx, `SELECT 1`)
	require.NoError(t, err)
	_, err = db.Exec(ctx, `SELECT nope`)
	require.Error(t, err)
	for i := range 600 {
		_, err = db.Exec(pg.Named(context.Background(), fmt.Sprint(i)), `SELECT 1`)
		require.NoError(t, err)
	}
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP tercul_pg_pool_limit The most connections there may be.
# TYPE tercul_pg_pool_limit gauge
tercul_pg_pool_limit 2
# HELP tercul_sql_failures_total SQL statements that failed, by code.
# TYPE tercul_sql_failures_total counter
tercul_sql_failures_total{code="INTERNAL"} 1
`), "tercul_pg_pool_limit", "tercul_sql_failures_total"))
	n, err := testutil.GatherAndCount(registry, "tercul_sql_duration_seconds")
	require.NoError(t, err)
	assert.LessOrEqual(t, n, 501)
	assert.Equal(t, uint64(602), db.Statements())
	_, err = pg.Open(pg.Config{URL: pgtest.ServerURL(t)}, pg.Options{Metrics: failing{registry}})
	require.ErrorContains(t, err, "metrics")
}

// failing registers nothing that is not a vector.
type failing struct{ prometheus.Registerer }

func (failing) Register(prometheus.Collector) error  { return errors.New("no room") }
func (failing) MustRegister(...prometheus.Collector) {}

func TestSpans(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	tracer := provider.Tracer("t")
	db := open(t, func(_ *pg.Config, o *pg.Options) { o.Tracer = tracer })
	ctx, span := tracer.Start(context.Background(), "request")
	_, err := db.Exec(pg.Named(ctx, "Works"), `SELECT nope`)
	require.Error(t, err)
	span.End()
	ended := recorder.Ended()
	require.Len(t, ended, 2)
	assert.Equal(t, "sql Works", ended[0].Name())
	assert.Equal(t, "INTERNAL", ended[0].Status().Description)
}

func TestOpenRefusesABadURL(t *testing.T) {
	_, err := pg.Open(pg.Config{URL: "postgres://me:geheim@host:notaport/db"}, pg.Options{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "geheim")
}
