package app

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/faulty"
	"github.com/tercul/tercul/shared/pgtest"
)

// outage is one way in which parts fail, and what callers get while it lasts.
type outage struct {
	name  string
	begin func(*parts)
	mode  mode
	down  []string // dependencies that /readyz says are

	// What is asked: a question that was answered before, the same with its ETag, one
	// that never was, one whose answer was overtaken before it began, and the first
	// one again with the ticket of its own answer and with one that nobody has heard of.
	known, conditional, unknown, overtaken, ticket, ahead want
}

// want is what is asked for of a reply.
type want struct {
	status  int
	code    apperr.Code // empty for data
	by      string      // part of Cache-Status
	noStore bool
}

var (
	// What memory holds and is known to be true.
	hit       = want{status: 200, by: "tercul-l1; hit"}
	unchanged = want{status: 304, by: "tercul-l1; hit"}
	// What the database was asked for.
	loaded      = want{status: 200, by: "tercul-l1; fwd=miss"}
	reloaded    = want{status: 200, by: "tercul-l1; fwd=stale"}
	justForThis = want{status: 200, by: "tercul-l1; fwd=bypass", noStore: true}
	// The same, while nothing is heard of changes.
	loadedBlindly   = want{status: 200, by: "tercul-l1; fwd=miss", noStore: true}
	reloadedBlindly = want{status: 200, by: "tercul-l1; fwd=stale", noStore: true}
	theSameBlindly  = want{status: 304, by: "tercul-l1; fwd=stale", noStore: true}
	// What is left while the database is away.
	left          = want{status: 200, by: "detail=stale-if-error", noStore: true}
	leftUnchanged = want{status: 304, by: "detail=stale-if-error", noStore: true}
	// What nobody can answer.
	unavailable = want{status: 503, code: apperr.Unavailable, noStore: true}
)

// outages is the table of docs/operations/failures.md.
var outages = []outage{
	{
		name: "Redis down", begin: func(p *parts) { p.redis.Cut() },
		mode: modeWithoutRedis, down: []string{dependRedis, dependBus},
		known: hit, conditional: unchanged, unknown: loaded, overtaken: reloaded, ticket: hit, ahead: justForThis,
	},
	{
		name: "Redis half-open", begin: func(p *parts) { p.redis.Swallow() },
		mode: modeWithoutRedis, down: []string{dependRedis, dependBus},
		known: hit, conditional: unchanged, unknown: loaded, overtaken: reloaded, ticket: hit, ahead: justForThis,
	},
	{
		name: "Redis slow", begin: func(p *parts) { p.redis.Slow(3 * redisTimeout) },
		mode: modeSlowRedis, down: []string{dependRedis},
		known: hit, conditional: unchanged, unknown: loaded, overtaken: reloaded, ticket: hit, ahead: justForThis,
	},
	{
		name: "the relay dead", begin: func(p *parts) { p.stopRelay() },
		mode: modeWithoutBus, down: []string{dependBus},
		known: hit, conditional: unchanged, unknown: loaded, overtaken: reloaded, ticket: hit, ahead: justForThis,
	},
	{
		name: "the relay dead and the outbox out of reach", begin: func(p *parts) { p.stopRelay(); p.lockOutbox() },
		mode: modeBlind, down: []string{dependBus, dependChanges},
		known: reloadedBlindly, conditional: theSameBlindly, unknown: loadedBlindly, overtaken: reloadedBlindly, ticket: reloadedBlindly, ahead: justForThis,
	},
	{
		name: "Postgres down for the reader", begin: func(p *parts) { p.postgres.Cut() },
		mode: modeWithoutPostgres, down: []string{dependPostgres},
		known: hit, conditional: unchanged, unknown: unavailable, overtaken: unavailable, ticket: hit, ahead: unavailable,
	},
	{
		name: "Postgres slow for the reader", begin: func(p *parts) { p.postgres.Slow(4 * readTimeout) },
		mode: modeWithoutPostgres, down: []string{dependPostgres},
		known: hit, conditional: unchanged, unknown: unavailable, overtaken: unavailable, ticket: hit, ahead: unavailable,
	},
	{
		name: "Postgres down", begin: func(p *parts) { p.postgres.Cut(); p.stopRelay() },
		mode: modeWithoutPostgres, down: []string{dependPostgres, dependBus, dependChanges},
		known: left, conditional: leftUnchanged, unknown: unavailable, overtaken: unavailable, ticket: left, ahead: unavailable,
	},
	{
		name: "Postgres half-open", begin: func(p *parts) { p.postgres.Swallow(); p.stopRelay() },
		mode: modeWithoutPostgres, down: []string{dependPostgres, dependBus, dependChanges},
		known: left, conditional: leftUnchanged, unknown: unavailable, overtaken: unavailable, ticket: left, ahead: unavailable,
	},
	{
		name: "Redis and Postgres down", begin: func(p *parts) { p.postgres.Cut(); p.redis.Cut() },
		mode: modeAlone, down: []string{dependPostgres, dependRedis, dependBus, dependChanges},
		known: left, conditional: leftUnchanged, unknown: unavailable, overtaken: unavailable, ticket: left, ahead: unavailable,
	},
}

const (
	readTimeout  = 500 * time.Millisecond
	redisTimeout = 250 * time.Millisecond
)

// parts are a reader, and what it leans on behind lines that can be broken.
type parts struct {
	*running
	env             map[string]string // past the lines
	postgres, redis *faulty.Proxy
	stopRelay       func()
	owner           *pgx.Conn
	lock            pgx.Tx // nil but while the outbox is locked
	asked           int
}

func newParts(t *testing.T) *parts {
	env := settings(t, "TERCUL_REDIS_URL", pgtest.RedisURL(t), "TERCUL_REDIS_SPACE", "app-"+t.Name(),
		"TERCUL_READ_TIMEOUT", readTimeout.String(), "TERCUL_REDIS_TIMEOUT", redisTimeout.String())
	p := &parts{env: env, stopRelay: publish(t, env), owner: owner(t, env)}
	broken := make(map[string]string, len(env))
	for name, value := range env {
		broken[name] = value
	}
	p.postgres, broken["TERCUL_DATABASE_URL"] = through(t, env["TERCUL_DATABASE_URL"])
	p.redis, broken["TERCUL_REDIS_URL"] = through(t, env["TERCUL_REDIS_URL"])
	p.running = begin(t, broken)
	return p
}

// heal mends everything, and waits until the reader has noticed.
func (p *parts) heal() {
	p.t.Helper()
	if p.lock != nil {
		require.NoError(p.t, p.lock.Rollback(context.Background()))
		p.lock = nil
	}
	p.stopRelay()
	p.stopRelay = publish(p.t, p.env)
	p.postgres.Heal()
	p.redis.Heal()
	p.inMode(modeNormal)
}

// lockOutbox keeps everybody from reading the outbox; all else can be read.
func (p *parts) lockOutbox() {
	p.t.Helper()
	var err error
	p.lock, err = p.owner.Begin(context.Background())
	require.NoError(p.t, err)
	_, err = p.lock.Exec(context.Background(), "LOCK TABLE ops.outbox IN ACCESS EXCLUSIVE MODE")
	require.NoError(p.t, err)
}

// inMode waits for a mode, as /readyz names it.
func (p *parts) inMode(m mode) reply {
	p.t.Helper()
	return p.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"mode":"`+string(m)+`"`) })
}

// overtake changes what a cached answer shows and waits until the reader has heard.
func (p *parts) overtake() {
	p.t.Helper()
	require.Contains(p.t, p.get(p.overtaken()).header.Get("Cache-Status"), "tercul-l1; hit")
	before := p.r.follower.Clock().Applied()
	p.asked++
	_, err := p.owner.Exec(context.Background(),
		"UPDATE core.works SET description = $1 WHERE id = (SELECT id FROM view.work WHERE slug = 'leopardi-infinito')", fmt.Sprint("The text of change ", p.asked))
	require.NoError(p.t, err)
	require.Eventually(p.t, func() bool { return p.r.follower.Clock().Applied() > before }, 10*time.Second, time.Millisecond)
}

func (p *parts) known() string { return p.document("WorkPage") + vars(`{"slug":"`+slug+`"}`) }

func (p *parts) overtaken() string {
	return p.document("WorkPage") + vars(`{"slug":"leopardi-infinito"}`)
}

// unknown is another question each time.
func (p *parts) unknown() string {
	p.asked++
	return p.document("WorkPage") + vars(fmt.Sprintf(`{"language":"en-x-%06d","slug":%q}`, p.asked, slug))
}

// cached asks until memory has it.
func (p *parts) cached(path string) reply {
	p.t.Helper()
	return p.eventually(path, func(r reply) bool { return r.header.Get("Cache-Status") == "tercul-l1; hit" })
}

func (p *parts) expect(t *testing.T, what string, w want, r reply) {
	t.Helper()
	assert.Equal(t, w.status, r.status, "%s: %s", what, r.body)
	assert.Contains(t, r.header.Get("Cache-Status"), w.by, what)
	control := r.header.Get("Cache-Control")
	if w.noStore {
		assert.Equal(t, "no-store", control, what)
	} else {
		assert.Contains(t, control, "public, max-age=", what)
	}
	assert.Equal(t, w.status == http.StatusServiceUnavailable, r.header.Get("Retry-After") != "", "%s: Retry-After", what)
	if w.code != "" {
		assert.Equal(t, w.code, assertError(t, r, w.status), what)
	}
}

// TestOutages breaks one part after the other and asks a running reader what the
// table in the documents says. Between them the reader has to be whole again.
func TestOutages(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	p := newParts(t)
	p.inMode(modeNormal)
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) { p.endure(t, o) })
	}
}

func (p *parts) endure(t *testing.T, o outage) {
	old := p.cached(p.known())
	p.cached(p.overtaken())
	p.overtake()
	changes := strings.Count(p.logs.String(), modeLine(o.mode))

	o.begin(p)
	defer p.heal()
	ready := p.inMode(o.mode)
	if o.known == left { // what is known to be true is given as such until nothing is heard any more
		ready = p.eventually("/readyz", func(r reply) bool { return strings.Contains(r.body, `"name":"changes","state":"down"`) })
	}
	p.shows(t, o, ready)

	if o.unknown == unavailable { // the first ones wait in vain for what swallows them
		require.Eventually(t, func() bool { return p.get(p.unknown()).status == http.StatusServiceUnavailable }, 15*time.Second, time.Millisecond)
	}
	p.expect(t, "known", o.known, p.get(p.known()))
	p.expect(t, "conditional", o.conditional, p.get(p.known(), "If-None-Match", old.header.Get("Etag")))
	p.expect(t, "unknown", o.unknown, p.trialled(t, o, p.unknown()))
	p.expect(t, "overtaken", o.overtaken, p.trialled(t, o, p.overtaken()))
	p.expect(t, "ticket", o.ticket, p.get(p.known(), "X-Tercul-Min-Seq", old.header.Get("X-Tercul-Seq")))
	ahead := strconv.FormatInt(time.Now().Add(20*time.Second).UnixMicro(), 10)
	p.expect(t, "ahead", o.ahead, p.trialled(t, o, p.known(), "X-Tercul-Min-Seq", ahead))
	for range 20 {
		assert.Equal(t, old.body, p.get(p.known()).body, "it has not changed")
	}
	assert.Equal(t, changes+1, strings.Count(p.logs.String(), modeLine(o.mode)), "a line at the change, and none for a request")
}

// trialled asks once more where the question was the one in a second that tries whether
// Postgres is back, and is late because it is not.
func (p *parts) trialled(t *testing.T, o outage, path string, headers ...string) reply {
	t.Helper()
	r := p.get(path, headers...)
	if o.unknown == unavailable && r.status == http.StatusGatewayTimeout {
		assert.Equal(t, apperr.Timeout, assertError(t, r, http.StatusGatewayTimeout))
		r = p.get(path, headers...)
	}
	return r
}

// modeLine is the part of a log line that says that a mode has begun.
func modeLine(m mode) string { return `"mode":"` + string(m) + `","before":` }

// shows looks for the mode in /readyz and in the metrics.
func (p *parts) shows(t *testing.T, o outage, ready reply) {
	t.Helper()
	assert.Equal(t, 200, ready.status, "no balancer should take out what still answers")
	assert.Contains(t, ready.body, `"status":"degraded"`)
	metrics := p.get("/metrics").body
	for _, m := range allModes {
		assert.Contains(t, metrics, fmt.Sprintf("tercul_reader_mode{mode=%q} %v\n", m, number(m == o.mode)))
	}
	for _, name := range []string{dependPostgres, dependRedis, dependBus, dependChanges} {
		state, up := "up", true
		for _, down := range o.down {
			if name == down {
				state, up = "down", false
			}
		}
		assert.Contains(t, ready.body, fmt.Sprintf(`"name":%q,"state":%q`, name, state))
		assert.Contains(t, metrics, fmt.Sprintf("tercul_dependency_up{dependency=%q} %v\n", name, number(up)))
	}
}
