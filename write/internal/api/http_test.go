package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/writetest"
)

const typename = `{"query":"{ __typename }"}`

func TestMethods(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	user := w.User(identity.Reader)
	get := "/graphql?query=" + url.QueryEscape(shipped(t, "Viewer"))
	r := d.send(user, http.MethodGet, get, "", "Content-Type", "")
	require.Equal(t, http.StatusOK, r.status, r.text)
	require.Contains(t, r.text, user.Username)
	r = d.send(user, http.MethodHead, get, "", "Content-Type", "")
	require.Equal(t, http.StatusOK, r.status)
	require.Empty(t, r.text)
	require.Equal(t, http.StatusNoContent, d.send(nil, http.MethodOptions, "/graphql", "").status)
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch} {
		r = d.send(nil, method, "/graphql", typename)
		require.Equal(t, http.StatusMethodNotAllowed, r.status, method)
		require.Equal(t, "GET, HEAD, POST, OPTIONS", r.header.Get("Allow"))
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r = d.send(user, method, "/graphql?query="+url.QueryEscape(shipped(t, "Logout")), "", "Content-Type", "")
		require.Equal(t, http.StatusMethodNotAllowed, r.status, method)
		require.Equal(t, "POST", r.header.Get("Allow"))
	}
}

func TestContentTypes(t *testing.T) {
	d := open(t, writetest.New(t), nil)
	for name, c := range map[string]struct {
		header, value string
		status        int
	}{
		"JSON":             {"Content-Type", "application/json", 200},
		"in UTF-8":         {"Content-Type", `Application/JSON; charset="UTF-8"`, 200},
		"in Latin-1":       {"Content-Type", "application/json; charset=iso-8859-1", 415},
		"a form":           {"Content-Type", "application/x-www-form-urlencoded", 415},
		"several parts":    {"Content-Type", "multipart/form-data; boundary=x", 415},
		"text":             {"Content-Type", "text/plain", 415},
		"a document":       {"Content-Type", "application/graphql", 415},
		"none":             {"Content-Type", "", 415},
		"compressed":       {"Content-Encoding", "gzip", 415},
		"not compressed":   {"Content-Encoding", "identity", 200},
		"answers as JSON":  {"Accept", "application/json", 200},
		"answers as any":   {"Accept", "*/*", 200},
		"answers unstated": {"Accept", "", 200},
		"answers as HTML":  {"Accept", "text/html", 406},
	} {
		r := d.send(nil, http.MethodPost, "/graphql", typename, c.header, c.value)
		require.Equal(t, c.status, r.status, name)
		if c.status != http.StatusOK {
			require.Equal(t, "BAD_REQUEST", r.code(), name)
			require.Equal(t, "the-request", r.body.Errors[0].Extensions.RequestID)
		}
	}
}

func TestBodies(t *testing.T) {
	d := open(t, writetest.New(t), nil)
	for name, body := range map[string]string{
		"empty": "", "an array": "[" + typename + "]", "text": `"x"`, "cut off": `{"query":"{`, "two": typename + typename,
		"a name twice": `{"query":"{ __typename }","query":"{ viewer { id } }"}`, "not UTF-8": "{\"query\":\"\xff\"}", "query no text": `{"query":1}`,
		"variables no object": `{"query":"{ __typename }","variables":[1]}`,
	} {
		r := d.send(nil, http.MethodPost, "/graphql", body)
		require.Equal(t, http.StatusBadRequest, r.status, name)
		require.Equal(t, "BAD_REQUEST", r.code(), name)
	}
}

// TestBodyLimits sends as much as each operation takes, and one byte more.
func TestBodyLimits(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, func(cfg *api.Config) { cfg.Documents = documents(t, true) })
	editor := w.User(identity.Editor)
	for _, o := range policy.All() {
		if o.Name == "viewer" || o.Name == "createWork" || o.Name == "upsertAlignment" {
			query := map[string]string{
				"viewer":          "{ viewer { __typename } }",
				"createWork":      "mutation($in: CreateWorkInput!) { createWork(input: $in) { userErrors { code } } }",
				"upsertAlignment": "mutation($in: UpsertAlignmentInput!) { upsertAlignment(input: $in) { userErrors { code } } }",
			}[o.Name]
			body := `{"query":"` + query + `","variables":{}}`
			pad := int(o.MaxBody()) - len(body)
			r := d.send(editor, http.MethodPost, "/graphql", body+strings.Repeat(" ", pad))
			require.NotEqual(t, http.StatusRequestEntityTooLarge, r.status, o.Name)
			r = d.send(editor, http.MethodPost, "/graphql", body+strings.Repeat(" ", pad+1))
			require.Equal(t, http.StatusRequestEntityTooLarge, r.status, o.Name)
			require.Equal(t, "INPUT_LIMIT", r.code(), o.Name)
		}
	}
	r := d.send(nil, http.MethodPost, "/graphql", typename+strings.Repeat(" ", int(policy.LargestBody())))
	require.Equal(t, http.StatusRequestEntityTooLarge, r.status)
}

func TestPagesOfOtherSites(t *testing.T) {
	d := open(t, writetest.New(t), func(cfg *api.Config) { cfg.Origins = []string{"https://tercul.example"} })
	for name, c := range map[string]struct {
		headers []string
		status  int
		allowed string
	}{
		"a program":      {nil, 200, ""},
		"another site":   {[]string{"Origin", "https://evil.example"}, 403, ""},
		"its fetch":      {[]string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		"a token's use":  {[]string{"Origin", "https://evil.example", "Authorization", "Bearer x"}, 403, ""},
		"a frame":        {[]string{"Origin", "null"}, 403, ""},
		"a longer name":  {[]string{"Origin", "https://tercul.example.evil.example"}, 403, ""},
		"plain HTTP":     {[]string{"Origin", "http://tercul.example"}, 403, ""},
		"a site of ours": {[]string{"Origin", "https://tercul.example", "Sec-Fetch-Site", "cross-site"}, 200, "https://tercul.example"},
	} {
		r := d.send(nil, http.MethodPost, "/graphql", typename, c.headers...)
		require.Equal(t, c.status, r.status, name)
		require.NotContains(t, r.text, "session", name)
		require.Equal(t, c.allowed, r.header.Get("Access-Control-Allow-Origin"), name)
		require.Equal(t, "Origin", r.header.Get("Vary"))
	}
}

func TestIdempotencyKeysHaveAForm(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	for _, key := range []string{"short", strings.Repeat("x", 129)} {
		r := d.post(w.User(identity.Reader), shipped(t, "Logout"), nil, "Idempotency-Key", key)
		require.Equal(t, "BAD_REQUEST", r.code())
		require.Equal(t, "Idempotency-Key", r.body.Errors[0].Extensions.Field)
	}
}
