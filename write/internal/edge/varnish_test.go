//go:build varnish

// These tests need a Varnish: make test-edge adds it to the private root and runs them.

package edge

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/edge/provider"
	"github.com/tercul/tercul/write/internal/edge/varnishtest"
)

const purgeKey = "known to the tests alone"

// origin is a reader as a test wants it.
type origin struct {
	*httptest.Server
	mu    sync.Mutex
	serve http.HandlerFunc // for /graphql
	ready int              // what /readyz answers
	calls int
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{ready: http.StatusOK}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		serve, ready := o.serve, o.ready
		if r.URL.Path != "/readyz" {
			o.calls++
		}
		o.mu.Unlock()
		if r.URL.Path == "/readyz" {
			w.WriteHeader(ready)
			return
		}
		serve(w, r)
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *origin) will(serve http.HandlerFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.serve = serve
}

func (o *origin) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.calls
}

// text answers like a reader: a body with the tags of one work.
func text(body string, more ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range map[string]string{
			"Vary": "Accept, Accept-Encoding", "Cache-Control": "public, max-age=60, s-maxage=300",
			"Surrogate-Control": "max-age=300, stale-if-error=3600", "Surrogate-Key": "all all:work " + tag(1), "Cache-Tag": "all,all:work," + tag(1),
			"Content-Type": "application/json", "Cache-Status": "tercul; hit", "X-Tercul-Seq": "7",
		} {
			h.Set(name, value)
		}
		for i := 0; i < len(more); i += 2 {
			h.Set(more[i], more[i+1])
		}
		coding := r.Header.Get("Accept-Encoding")
		if coding != "" {
			h.Set("Content-Encoding", coding)
		}
		etag := fmt.Sprintf("%q", body+"/"+coding)
		h.Set("ETag", etag)
		if coding == "gzip" { // Varnish looks whether it is
			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, body)
			_ = z.Close()
			return
		}
		_, _ = io.WriteString(w, body) //nolint:gosec // no browser reads it
	}
}

// varnish runs the shipped configuration in front of an origin.
func varnish(t *testing.T, o *origin) *url.URL {
	t.Helper()
	return varnishtest.Start(t, strings.TrimPrefix(o.URL, "http://"), purgeKey)
}

// reply is what came through the edge.
type reply struct {
	status int
	body   string
	header http.Header
}

func (r reply) hit() bool { return strings.Contains(r.header.Get("Cache-Status"), "edge; hit") }

func get(t *testing.T, u *url.URL, path string, headers ...string) reply {
	t.Helper()
	return send(t, http.MethodGet, u, path, headers...)
}

func send(t *testing.T, method string, u *url.URL, path string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, u.String()+path, http.NoBody)
	require.NoError(t, err)
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err, "%v %v", headers, response)
	return reply{response.StatusCode, string(body), response.Header}
}

const page = "/graphql?documentId=sha256:00&variables=%7B%7D"

func driver(u *url.URL) provider.Driver {
	return provider.NewVarnish(provider.NewClient(), u, purgeKey)
}

func purge(t *testing.T, u *url.URL, hard bool, keys ...string) {
	t.Helper()
	left, err := driver(u).Purge(t.Context(), keys, hard)
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestAnAnswerUnderWay is the race that no single purge wins: the reader has answered with
// what was true, the change is committed and the edge purged, and only then the answer
// arrives and is stored. Without a second purge it is given as a hit for its whole time.
func TestAnAnswerUnderWay(t *testing.T) {
	for name, pause := range map[string]time.Duration{"without a second purge": time.Hour, "with it": time.Second} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			u := varnish(t, o)
			w := newWorld(t)
			d := driver(u)
			l := &ledger{conn: w.conn, name: d.Name(), step: time.Minute}
			done, _, err := l.begin(t.Context())
			require.NoError(t, err)
			require.NoError(t, l.done(t.Context(), done))
			seen := &confirming{Driver: d, confirmed: make(chan []string, 100)}
			w.start(func(o *Options) { o.Again, o.Timeout = pause, 10*time.Second }, seen)

			left, arrives := make(chan struct{}), make(chan struct{})
			o.will(func(rw http.ResponseWriter, r *http.Request) {
				close(left)
				<-arrives
				text("old")(rw, r)
			})
			first := make(chan reply, 1)
			go func() { first <- get(t, u, page) }()
			<-left
			o.will(text("new"))
			w.announce(tag(1)) // the commit
			<-seen.confirmed   // the purge, which finds nothing
			close(arrives)
			require.Equal(t, "old", (<-first).body)

			if pause == time.Hour {
				for range 20 {
					got := get(t, u, page)
					require.Equal(t, "old", got.body)
					require.True(t, got.hit(), "stored after its purge, and given as fresh")
				}
				return
			}
			<-seen.confirmed // the second purge
			for range 20 {
				require.Equal(t, "new", get(t, u, page).body)
			}
			require.True(t, get(t, u, page).hit())
		})
	}
}

// confirming tells when the edge has confirmed keys.
type confirming struct {
	provider.Driver
	confirmed chan []string
}

func (c *confirming) Purge(ctx context.Context, keys []string, hard bool) ([]string, error) {
	left, err := c.Driver.Purge(ctx, keys, hard)
	if err == nil {
		c.confirmed <- keys
	}
	return left, err
}

func TestPurgesByTag(t *testing.T) {
	o := newOrigin(t)
	o.will(text("1"))
	u := varnish(t, o)
	stored := func() {
		t.Helper()
		get(t, u, page)
		require.True(t, get(t, u, page).hit())
	}
	for _, key := range []string{tag(1), "all:work", "all"} {
		stored()
		purge(t, u, true, "other", key)
		require.False(t, get(t, u, page).hit(), key)
	}
	stored()
	purge(t, u, true, "work_2", "kind:work")
	require.True(t, get(t, u, page).hit(), "what does not bear it stays")

	var long []string
	for i := range 500 {
		long = append(long, tag(i+2))
	}
	for _, c := range set(append(long, tag(1))...).chunks(driver(u).Limits()) {
		purge(t, u, true, c.keys...)
	}
	require.False(t, get(t, u, page).hit(), "the longest calls are taken whole")
}

func TestOnlyWhoKnowsTheKeyPurges(t *testing.T) {
	o := newOrigin(t)
	o.will(text("1"))
	u := varnish(t, o)
	get(t, u, page)
	for _, headers := range [][]string{
		{}, {"X-Tercul-Keys", "all"}, {"X-Tercul-Keys", "all", "Authorization", "Bearer "}, {"X-Tercul-Keys", "all", "Authorization", "Bearer " + purgeKey + "x"},
	} {
		require.Equal(t, http.StatusForbidden, send(t, "PURGE", u, page, headers...).status)
	}
	require.True(t, get(t, u, page).hit())
	_, err := provider.NewVarnish(provider.NewClient(), u, "guessed wrongly").Purge(t.Context(), []string{"all"}, true)
	var e *provider.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, provider.Denied, e.Outcome)
}

// TestWhenNoReaderAnswers: what has expired is given, what was purged is not, unless softly.
func TestWhenNoReaderAnswers(t *testing.T) {
	brief := text("old", "Surrogate-Control", "max-age=1, stale-if-error=3600")
	failures := map[string]http.HandlerFunc{
		"503":             unavailable,
		"it hangs up":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"/readyz says no": nil,
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.will(brief)
			u := varnish(t, o)
			get(t, u, page)
			get(t, u, page+"&purged")
			get(t, u, page+"&softly")
			purge(t, u, true, "none of these")
			time.Sleep(1100 * time.Millisecond) // their time is over

			o.will(text("new", "Surrogate-Control", "max-age=1, stale-if-error=3600"))
			require.Equal(t, "new", get(t, u, page).body, "in health, what has expired is not given")
			time.Sleep(1100 * time.Millisecond)
			if failure != nil {
				o.will(failure)
			} else {
				o.mu.Lock()
				o.ready = http.StatusServiceUnavailable
				o.mu.Unlock()
				require.Eventually(t, func() bool { return strings.Contains(get(t, u, page).header.Get("Cache-Status"), "stale-if-error") }, 20*time.Second, 100*time.Millisecond)
			}
			got := get(t, u, page)
			require.Equal(t, "new", got.body)
			require.Equal(t, http.StatusOK, got.status)
			require.Contains(t, got.header.Get("Cache-Status"), "edge; hit; ttl=-")
			require.Equal(t, "no-store", got.header.Get("Cache-Control"), "nobody behind keeps it")
			if failure == nil {
				o.will(unavailable)
			}
			purge(t, u, false, tag(1))
			require.Equal(t, http.StatusOK, get(t, u, page).status, "what was purged softly may be given")
			purge(t, u, true, tag(1))
			got = get(t, u, page)
			require.Equal(t, http.StatusServiceUnavailable, got.status, "what was purged may not")
			require.Contains(t, got.body, `"code":"UNAVAILABLE"`)
			require.Equal(t, "no-store", got.header.Get("Cache-Control"))
			require.NotEmpty(t, got.header.Get("Retry-After"))

			o.will(text("back"))
			o.mu.Lock()
			o.ready = http.StatusOK
			o.mu.Unlock()
			require.Eventually(t, func() bool { return get(t, u, page).body == "back" }, 20*time.Second, 100*time.Millisecond)
		})
	}
}

// unavailable is what a reader says that has nothing to give.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "5")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = io.WriteString(w, `{"errors":[{"message":"No.","extensions":{"code":"UNAVAILABLE"}}]}`)
}

// TestATicketPassesBy: who presents one must not get what is older.
func TestATicketPassesBy(t *testing.T) {
	o := newOrigin(t)
	o.will(text("old"))
	u := varnish(t, o)
	get(t, u, page)
	require.True(t, get(t, u, page).hit())
	o.will(text("new"))
	got := get(t, u, page, "X-Tercul-Min-Seq", "8")
	require.Equal(t, "new", got.body)
	require.Contains(t, got.header.Get("Cache-Status"), "edge; fwd=bypass")
	require.Equal(t, "old", get(t, u, page).body, "others are not concerned")
}

func TestWhatIsNotKept(t *testing.T) {
	o := newOrigin(t)
	u := varnish(t, o)
	for name, serve := range map[string]http.HandlerFunc{
		"no-store":                text("1", "Cache-Control", "no-store", "Surrogate-Control", "no-store"),
		"no-store to clients":     text("1", "Cache-Control", "no-store"),
		"nothing to purge it by":  text("1", "Surrogate-Key", ""),
		"an error of the reader":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGatewayTimeout) },
		"an error of the request": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
	} {
		o.will(serve)
		path := page + "&" + url.QueryEscape(name)
		before := o.asked()
		for range 3 {
			require.False(t, get(t, u, path).hit(), name)
		}
		require.Equal(t, 3, o.asked()-before, name)
	}
	o.will(text("1"))
	before := o.asked()
	for range 3 {
		require.Contains(t, send(t, http.MethodPost, u, "/graphql").header.Get("Cache-Status"), "bypass")
	}
	require.Equal(t, 3, o.asked()-before, "questions by POST are passed on")
	for _, path := range []string{"/metrics", "/metrics?x", "/version", "/metrics/"} {
		require.Equal(t, http.StatusNotFound, get(t, u, path).status)
	}
}

func TestVariantsAndConditions(t *testing.T) {
	o := newOrigin(t)
	o.will(text("1"))
	u := varnish(t, o)
	for accept, want := range map[string]string{
		"gzip, deflate, br, zstd": "br", "br;q=1.0, gzip;q=0.8, *;q=0.1": "br", "zstd, gzip": "zstd", "gzip;q=0.5": "gzip", "x-gzip": "gzip",
		"identity": "", "deflate": "", "br;q=0, gzip": "gzip", "*": "br", "brotli": "",
	} {
		got := get(t, u, page, "Accept-Encoding", accept)
		require.Equal(t, want, got.header.Get("Content-Encoding"), accept)
		require.Equal(t, fmt.Sprintf("%q", "1/"+want), got.header.Get("ETag"), "strong, and of the variant")
	}
	require.Equal(t, 4, o.asked(), "ten spellings, four variants")
	for _, accept := range []string{"*/*", "application/json", "application/json; charset=utf-8", "text/html,application/xhtml+xml,*/*;q=0.8"} {
		require.True(t, get(t, u, page, "Accept", accept).hit(), accept)
	}
	for _, accept := range []string{"application/graphql-response+json", "application/graphql-response+json, application/json;q=0.9"} {
		get(t, u, page, "Accept", accept)
	}
	require.Equal(t, 5, o.asked())
	before := o.asked()
	get(t, u, page, "Accept-Encoding", "identity;q=0")
	get(t, u, page, "Accept", "application/json;q=0, application/graphql-response+json;q=0.1")
	require.Equal(t, before+2, o.asked(), "what is not plain the reader judges")

	got := get(t, u, page, "Accept-Encoding", "br", "If-None-Match", `"1/br"`)
	require.Equal(t, http.StatusNotModified, got.status)
	require.Equal(t, `"1/br"`, got.header.Get("ETag"))
	require.Equal(t, http.StatusOK, get(t, u, page, "Accept-Encoding", "gzip", "If-None-Match", `"1/br"`).status, "another variant's tag")
	require.Equal(t, http.StatusOK, get(t, u, page, "If-None-Match", `"other"`).status)

	purge(t, u, true, tag(1))
	for _, accept := range []string{"br", "zstd", "gzip", "identity"} {
		require.False(t, get(t, u, page, "Accept-Encoding", accept).hit(), "a purge reaches every variant")
	}
}

func TestWhatClientsSee(t *testing.T) {
	o := newOrigin(t)
	o.will(text("1", "X-Request-Id", "of-the-first"))
	u := varnish(t, o)
	got := get(t, u, page, "Cookie", "a=1", "Authorization", "Bearer x")
	require.Equal(t, "of-the-first", got.header.Get("X-Request-Id"))
	got = get(t, u, page)
	require.True(t, got.hit(), "who asks makes no difference")
	require.Empty(t, got.header.Get("X-Request-Id"), "nobody is told another's")
	require.Regexp(t, `^tercul; hit, edge; hit; ttl=2[0-9][0-9]$`, got.header.Get("Cache-Status"))
	require.NotEmpty(t, got.header.Get("Age"))
	for _, name := range []string{"Xkey", "Surrogate-Key", "Surrogate-Control", "Cache-Tag", "Cdn-Cache-Control", "Via", "X-Varnish"} {
		require.Empty(t, got.header.Get(name), name)
	}
	require.Equal(t, "7", got.header.Get("X-Tercul-Seq"))
	o.will(text("long", "Surrogate-Control", "max-age=86400"))
	get(t, u, page+"&long")
	require.Regexp(t, `ttl=2[0-9][0-9]$`, get(t, u, page+"&long").header.Get("Cache-Status"), "five minutes at most")
	many := strings.Repeat(" list:"+strings.Repeat("x", 30), 430) // 16 KB
	o.will(text("many", "Surrogate-Key", "all"+many, "Cache-Tag", "all"+strings.ReplaceAll(many, " ", ",")))
	get(t, u, page+"&many")
	require.True(t, get(t, u, page+"&many").hit(), "the longest lists of tags fit")
}

func TestACrowdAsksOnce(t *testing.T) {
	o := newOrigin(t)
	u := varnish(t, o)
	arrives := make(chan struct{})
	o.will(func(w http.ResponseWriter, r *http.Request) {
		<-arrives
		text("1")(w, r)
	})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { get(t, u, page) })
	}
	require.Eventually(t, func() bool { return o.asked() > 0 }, time.Minute, time.Millisecond)
	time.Sleep(200 * time.Millisecond) // most of them wait by now
	close(arrives)
	wg.Wait()
	require.Equal(t, 1, o.asked())
}
