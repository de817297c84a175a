package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/writetest"
)

// limited is a service that counts in Redis, with these numbers in place of the
// policy's.
func limited(t *testing.T, w *writetest.World, counts map[string]int) *door {
	t.Helper()
	var rules []limit.Rule
	for _, l := range policy.AllLimits() {
		n := l.Count
		if other, ok := counts[l.Name]; ok {
			n = other
		}
		rules = append(rules, limit.Rule{Name: l.Name, Rate: n, Burst: n, Period: l.Period})
	}
	limiter, err := limit.New(limit.Config{
		Rules: rules, Redis: pgtest.Redis(t), Secret: []byte("sixteen bytes or more"), Log: zerolog.Nop(), Timeout: 5 * time.Second,
	})
	require.NoError(t, err)
	return open(t, w, func(cfg *api.Config) { cfg.Limiter = limiter })
}

func from(address string) *identity.Actor { return &identity.Actor{IP: netip.MustParseAddr(address)} }

func (d *door) fine(r reply) {
	d.t.Helper()
	require.NotEqual(d.t, http.StatusTooManyRequests, r.status, r.text)
	require.Empty(d.t, r.header.Get("Retry-After"))
}

func (d *door) tooMany(r reply, rule string) {
	d.t.Helper()
	require.Equal(d.t, http.StatusTooManyRequests, r.status, r.text)
	require.Equal(d.t, "RATE_LIMITED", r.code())
	require.True(d.t, r.body.Errors[0].Extensions.Retryable)
	require.Nil(d.t, r.body.Data, "nothing ran")
	require.Regexp(d.t, `^[1-9]\d*$`, r.header.Get("Retry-After"))
	require.Contains(d.t, r.header.Get("RateLimit"), `"`+rule+`";r=0;t=`)
	require.Contains(d.t, r.header.Get("RateLimit-Policy"), `"`+rule+`";q=`)
}

func TestRequestsAreCountedByUser(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, map[string]int{"requests": 4, "writes": 2})
	one, other := w.User(identity.Reader), w.User(identity.Reader)
	viewer, logout := shipped(t, "Viewer"), shipped(t, "Logout")
	r := d.post(one, viewer, nil)
	d.fine(r)
	require.Equal(t, `"requests";q=4;w=3600`, r.header.Get("RateLimit-Policy"))
	require.Equal(t, `"requests";r=3;t=900`, r.header.Get("RateLimit"))
	r = d.post(one, logout, nil)
	d.fine(r)
	require.Equal(t, `"requests";q=4;w=3600, "writes";q=2;w=3600`, r.header.Get("RateLimit-Policy"))
	elsewhere := *one
	elsewhere.IP = netip.MustParseAddr("203.0.113.7")
	d.fine(d.post(&elsewhere, logout, nil))
	d.tooMany(d.post(one, logout, nil), "writes")
	d.fine(d.post(one, viewer, nil)) // the mutation that was refused was charged to nothing
	d.tooMany(d.post(one, viewer, nil), "requests")
	d.fine(d.post(other, logout, nil)) // from the same address
}

func TestNobodyIsCountedByAddress(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, map[string]int{"anonymous-requests": 2})
	ask := func(address string) reply {
		return d.send(from(address), http.MethodPost, "/graphql", typename)
	}
	d.fine(ask("198.51.100.1"))
	d.fine(ask("198.51.100.1"))
	d.tooMany(ask("198.51.100.1"), "anonymous-requests")
	d.fine(ask("198.51.100.2"))
	d.fine(ask("2001:db8:1:2::1"))
	d.fine(ask("2001:db8:1:2:3::1"))
	d.tooMany(ask("2001:db8:1:2:ffff::1"), "anonymous-requests")
	d.fine(ask("2001:db8:1:3::1"))
}

func TestWhatIsRefusedCounts(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, map[string]int{"anonymous-requests": 3, "refused-requests": 2, "requests": 2})
	nobody := from("198.51.100.1")
	require.Equal(t, "UNAUTHENTICATED", d.post(nobody, shipped(t, "Logout"), nil).code())
	require.Equal(t, "DOCUMENT_REQUIRED", d.post(nobody, "{ viewer { id } }", nil).code())
	require.Equal(t, "PERSISTED_QUERY_NOT_FOUND", d.send(nobody, http.MethodPost, "/graphql", `{"documentId":"sha256:`+strings.Repeat("0", 64)+`"}`).code())
	d.tooMany(d.post(nobody, shipped(t, "Logout"), nil), "anonymous-requests")
	expired := from("198.51.100.1")
	expired.Refused = apperr.New(apperr.TokenExpired, "It has run out.")
	require.Equal(t, "TOKEN_EXPIRED", d.post(expired, shipped(t, "Viewer"), nil).code(), "others behind the address have used up theirs")
	require.Equal(t, "TOKEN_EXPIRED", d.post(expired, shipped(t, "Logout"), nil).code())
	d.tooMany(d.post(expired, shipped(t, "Viewer"), nil), "refused-requests")
	reader := w.User(identity.Reader)
	for range 2 {
		require.Equal(t, "FORBIDDEN", d.post(reader, shipped(t, "HideComment"), map[string]any{"input": nil}).code())
	}
	d.tooMany(d.post(reader, shipped(t, "Viewer"), nil), "requests")
}

func TestSignInsAreCountedByAccountAndAddress(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, map[string]int{"login": 2, "login-address": 4, "anonymous-requests": 1, "anonymous-writes": 1})
	login := func(address, name string) reply {
		return d.post(from(address), shipped(t, "Login"), map[string]any{"input": map[string]any{"login": name, "password": "wrong", "mode": "BEARER"}})
	}
	d.fine(login("198.51.100.1", "zoë"))
	d.fine(login("198.51.100.2", "ZOE\u0308"))       // the same name, spelled in another way
	d.tooMany(login("198.51.100.3", "Zoë"), "login") // wherever from
	d.fine(login("198.51.100.3", "ada"))             // another account
	for i := range 4 {
		d.fine(login("198.51.100.9", fmt.Sprint("guess", i))) // by its own limits, not those of somebody without an account
	}
	d.tooMany(login("198.51.100.9", "guess5"), "login-address")
	admin := w.User(identity.Admin)
	admin.IP = netip.MustParseAddr("198.51.100.9")
	r := d.post(admin, shipped(t, "Login"), map[string]any{"input": map[string]any{"login": "x", "password": "wrong"}})
	d.tooMany(r, "login-address") // what guards accounts holds for admins
	literal := `mutation { login(input: {login: "ADA", password: "wrong"}) { userErrors { code } } }`
	editor := w.User(identity.Editor)
	d.fine(d.post(editor, literal, nil))
	d.tooMany(d.post(editor, literal, nil), "login")
}

func TestAdminsAreNotLimited(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, map[string]int{"requests": 1, "writes": 1, "comments-minute": 1})
	admin := w.User(identity.Admin)
	for range 3 {
		r := d.post(admin, shipped(t, "Logout"), nil)
		d.fine(r)
		require.Empty(t, r.header.Get("RateLimit"))
		d.fine(d.post(admin, shipped(t, "CreateComment"), map[string]any{"input": nil}))
	}
}

func TestOperationsHaveLimitsOfTheirOwn(t *testing.T) {
	w := writetest.New(t)
	d := limited(t, w, nil)
	reader := w.User(identity.Reader)
	work := w.PublishedWork("it", "Inferno")
	input := map[string]any{"input": map[string]any{"subjectId": work, "body": "Well said."}}
	for range 3 {
		r := d.post(reader, shipped(t, "CreateComment"), input)
		d.fine(r)
		require.Empty(t, r.code(), r.text)
	}
	d.tooMany(d.post(reader, shipped(t, "CreateComment"), input), "comments-minute")
	require.Equal(t, 3, writetest.One[int](w, "SELECT count(*) FROM social.comments"))
	d.fine(d.post(reader, shipped(t, "Like"), map[string]any{"input": map[string]any{"subjectId": work}}))
}
