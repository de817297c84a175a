package provider_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/edge/provider"
)

// asked is what a server was sent.
type asked struct {
	method, path, body string
	header             http.Header
}

// server answers every request in the same way and notes them.
func server(t *testing.T, status int, header map[string]string, body string) (*url.URL, func() asked) {
	t.Helper()
	requests := make(chan asked, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		requests <- asked{r.Method, r.URL.Path, string(text), r.Header}
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	return u, func() asked { return <-requests }
}

var secret = []byte("0123456789abcdef0123456789abcdef")

const token = "a token that nobody may see"

func drivers(u *url.URL) map[string]provider.Driver {
	client := provider.NewClient()
	return map[string]provider.Driver{
		"varnish":    provider.NewVarnish(client, u, token),
		"fastly":     provider.NewFastly(client, u.String(), "SU1Z0isxPaozGVKXdv0eY", token),
		"cloudflare": provider.NewCloudflare(client, u.String(), "023e105f4ecef8ad9ca31a8372d0c353", token, "free"),
		"hook":       provider.NewHook(client, u.JoinPath("/purge").JoinPath(strings.ReplaceAll(token, " ", "-")), secret, 10),
	}
}

func TestWhatIsSent(t *testing.T) {
	keys := []string{"work_1", "list:work"}
	ask := func(name, reply string, hard bool) asked {
		u, last := server(t, http.StatusOK, nil, reply)
		left, err := drivers(u)[name].Purge(t.Context(), keys, hard)
		require.NoError(t, err)
		require.Empty(t, left)
		return last()
	}
	got := ask("varnish", "", true)
	require.Equal(t, "PURGE /", got.method+" "+got.path)
	require.Equal(t, []string{"Bearer " + token, "work_1 list:work", "hard"}, []string{got.header.Get("Authorization"), got.header.Get("X-Tercul-Keys"), got.header.Get("X-Tercul-Purge")})
	require.Equal(t, "soft", ask("varnish", "", false).header.Get("X-Tercul-Purge"))

	got = ask("fastly", `{"work_1":"108-1","list:work":"108-2"}`, true)
	require.Equal(t, "POST /service/SU1Z0isxPaozGVKXdv0eY/purge", got.method+" "+got.path)
	require.JSONEq(t, `{"surrogate_keys":["work_1","list:work"]}`, got.body)
	require.Equal(t, token, got.header.Get("Fastly-Key"))
	require.Empty(t, got.header.Get("Fastly-Soft-Purge"))
	require.Equal(t, "1", ask("fastly", `{"work_1":"108-1","list:work":"108-2"}`, false).header.Get("Fastly-Soft-Purge"))

	got = ask("cloudflare", `{"success":true,"errors":[],"result":{"id":"x"}}`, true)
	require.Equal(t, "POST /zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache", got.method+" "+got.path)
	require.JSONEq(t, `{"tags":["work_1","list:work"]}`, got.body)
	require.Equal(t, "Bearer "+token, got.header.Get("Authorization"))
}

// TestAHookCanBeVerified does what a library of Standard Webhooks does.
func TestAHookCanBeVerified(t *testing.T) {
	u, last := server(t, http.StatusAccepted, nil, "")
	_, err := drivers(u)["hook"].Purge(t.Context(), []string{"all"}, true)
	require.NoError(t, err)
	got := last()
	mac := hmac.New(sha256.New, secret)
	_, _ = io.WriteString(mac, got.header.Get("Webhook-Id")+"."+got.header.Get("Webhook-Timestamp")+"."+got.body)
	require.Equal(t, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), got.header.Get("Webhook-Signature"))
	require.Contains(t, got.body, `"data":{"mode":"hard","everything":true,"keys":["all"]}`)
}

func TestHookSecret(t *testing.T) {
	got, err := provider.HookSecret("whsec_" + base64.StdEncoding.EncodeToString(secret))
	require.NoError(t, err)
	require.Equal(t, secret, got)
	for _, text := range []string{"", "whsec_", "whsec_c2hvcnQ=", base64.StdEncoding.EncodeToString(secret), "whsec_%%%"} {
		_, err := provider.HookSecret(text)
		require.Error(t, err, text)
	}
}

func TestOutcomes(t *testing.T) {
	for status, want := range map[int]provider.Outcome{
		429: provider.Limited, 500: provider.Failed, 502: provider.Failed, 503: provider.Failed, 401: provider.Denied, 403: provider.Denied,
		404: provider.Denied, 405: provider.Denied, 302: provider.Denied, 400: provider.Unfit, 413: provider.Unfit, 422: provider.Unfit, 408: provider.Failed,
	} {
		u, _ := server(t, status, map[string]string{"Retry-After": "7", "Location": "https://elsewhere.example/"}, token)
		for name, d := range drivers(u) {
			left, err := d.Purge(t.Context(), []string{"work_1"}, true)
			require.Equal(t, []string{"work_1"}, left)
			var e *provider.Error
			require.ErrorAs(t, err, &e, name)
			require.Equal(t, want, e.Outcome, "%s answers %d", name, status)
			require.Equal(t, 7*time.Second, e.After)
			require.NotContains(t, err.Error(), token)
		}
	}
}

// A call that succeeds by its status has not always purged.
func TestHalfAnAnswerConfirmsHalf(t *testing.T) {
	for body, want := range map[string][]string{
		`{"work_1":"108-1"}`: {"work_2"}, `{"work_1":"108-1","work_2":""}`: {"work_2"}, `{}`: {"work_1", "work_2"}, `not JSON`: {"work_1", "work_2"},
	} {
		u, _ := server(t, http.StatusOK, nil, body)
		left, err := drivers(u)["fastly"].Purge(t.Context(), []string{"work_1", "work_2"}, true)
		require.Error(t, err)
		require.Equal(t, want, left)
	}
	for _, body := range []string{`{"success":false,"errors":[{"code":1}]}`, ``, `[]`} {
		u, _ := server(t, http.StatusOK, nil, body)
		left, err := drivers(u)["cloudflare"].Purge(t.Context(), []string{"work_1"}, true)
		require.Error(t, err)
		require.Len(t, left, 1)
	}
}

func TestSilence(t *testing.T) {
	hang := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hang }))
	t.Cleanup(s.Close)
	t.Cleanup(func() { close(hang) })
	u, err := url.Parse(s.URL)
	require.NoError(t, err)
	gone, err := url.Parse("http://127.0.0.1:1")
	require.NoError(t, err)
	for _, to := range []*url.URL{u, gone} {
		for name, d := range drivers(to) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			left, err := d.Purge(ctx, []string{"work_1"}, true)
			cancel()
			require.Len(t, left, 1)
			var e *provider.Error
			require.True(t, errors.As(err, &e), name)
			require.Equal(t, provider.Failed, e.Outcome)
			require.NotContains(t, err.Error(), strings.ReplaceAll(token, " ", "-"), "the address of a hook may be secret")
			require.NotContains(t, err.Error(), "127.0.0.1", "nor does a probe tell where edges are")
		}
	}
}

func TestNamesAreApartAndTellNothing(t *testing.T) {
	u, err := url.Parse("http://edge.example:6081/")
	require.NoError(t, err)
	var names []string
	for _, d := range drivers(u) {
		names = append(names, d.Name())
		l := d.Limits()
		require.Positive(t, l.Keys)
		require.Positive(t, l.Burst)
		require.Positive(t, float64(l.Rate))
		if l.EachKey {
			require.GreaterOrEqual(t, l.Burst, l.Keys, "a full call has to be possible")
		}
	}
	slices.Sort(names)
	require.Equal(t, []string{"cloudflare 023e105f4ecef8ad9ca31a8372d0c353", "fastly SU1Z0isxPaozGVKXdv0eY", "hook edge.example:6081", "varnish edge.example:6081"}, names)
}
