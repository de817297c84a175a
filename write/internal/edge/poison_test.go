//go:build varnish

package edge

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// echo answers all that a reader looks at, and some that it does not.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	said := []string{
		"accept=" + r.Header.Get("Accept"), "coding=" + r.Header.Get("Accept-Encoding"), "range=" + r.Header.Get("Range"), "type=" + r.Header.Get("Content-Type"),
		"cookie=" + r.Header.Get("Cookie"), "who=" + r.Header.Get("Authorization"), "edge=" + r.Header.Get("X-Tercul-Edge"), "if=" + r.Header.Get("If-None-Match"), "body=" + string(body),
	}
	r.Header.Del("Accept-Encoding") // the coding is said, not done
	text(strings.Join(said, " "))(w, r)
}

// TestNobodyAsksForOthers: whatever the first request of a URL bears, who asks the same
// plainly is given what is right for it.
func TestNobodyAsksForOthers(t *testing.T) {
	o := newOrigin(t)
	o.will(echo)
	u := varnish(t, o)
	const plain = "accept=application/json coding= range= type= cookie= who= edge= if= body="
	ask := func(method, path, body string, headers ...string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, u.String()+path, strings.NewReader(body))
		require.NoError(t, err)
		if body == "" {
			r.Body = http.NoBody
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Add(headers[i], headers[i+1])
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, response.Body)
		require.NoError(t, response.Body.Close())
	}
	for name, headers := range map[string][]string{
		"two kinds":       {"Accept", "application/json", "Accept", "application/graphql-response+json"},
		"two codings":     {"Accept-Encoding", "identity", "Accept-Encoding", "br"},
		"hidden kind":     {"Connection", "Accept", "Accept", "application/graphql-response+json"},
		"hidden coding":   {"Connection", "Accept-Encoding", "Accept-Encoding", "br"},
		"hidden state":    {"Connection", "X-Tercul-Edge", "X-Tercul-Edge", "failed"},
		"our own headers": {"X-Tercul-Edge", "expired", "X-Tercul-Coding", "br", "X-Tercul-Count", "1", "Xkey", "other", "Surrogate-Key", "other"},
		"a part":          {"Range", "bytes=0-3"},
		"a condition":     {"If-None-Match", `"x"`},
		"who asks":        {"Cookie", "a=1", "Authorization", "Bearer x"},
		"another name":    {"X-Forwarded-Host", "example.org", "X-Original-Url", "/", "X-Http-Method-Override", "POST"},
		"a ticket":        {"X-Tercul-Min-Seq", ""},
	} {
		path := page + "&" + url.QueryEscape(name)
		ask(http.MethodGet, path, "", headers...)
		for range 2 {
			require.Equal(t, plain, get(t, u, path).body, name)
		}
		require.True(t, get(t, u, path).hit(), name)
	}
	ask(http.MethodGet, page+"&body", `{"variables":{}}`, "Content-Type", "application/json")
	require.Equal(t, plain, get(t, u, page+"&body").body)
	ask(http.MethodPost, page+"&post", `{"variables":{}}`, "Content-Type", "application/json")
	require.Equal(t, plain, get(t, u, page+"&post").body)
	require.Empty(t, send(t, http.MethodHead, u, page+"&head").body)
	require.Equal(t, plain, get(t, u, page+"&head").body)

	part := get(t, u, page+"&head", "Range", "bytes=0-5")
	require.Equal(t, http.StatusPartialContent, part.status)
	require.Equal(t, "accept", part.body)
	require.Equal(t, plain, get(t, u, page+"&head").body)
}
