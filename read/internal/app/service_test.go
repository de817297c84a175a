package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/invalidate"
)

const slug = "dante-inferno-01"

// vars spells variables as canonical URLs do: colons and commas stay.
func vars(json string) string {
	return "&variables=" + strings.NewReplacer("%3A", ":", "%2C", ",").Replace(url.QueryEscape(json))
}

// TestService asks the real reader, in production's mode.
func TestService(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	s := begin(t, settings(t))
	t.Run("cached", func(t *testing.T) { cached(t, s) })
	t.Run("forms", func(t *testing.T) { forms(t, s) })
	t.Run("codings", func(t *testing.T) { codings(t, s) })
	t.Run("null", func(t *testing.T) { nullIsShort(t, s) })
	t.Run("refusals", func(t *testing.T) { refusals(t, s) })
	t.Run("pages", func(t *testing.T) { pages(t, s) })
	t.Run("every shipped document", func(t *testing.T) { noDocumentFails(t, s) })
}

func cached(t *testing.T, s *running) {
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	first := s.get(path)
	require.Equal(t, 200, first.status, first.body)
	assert.Contains(t, first.header.Get("Cache-Status"), "tercul-l1; fwd=miss")
	statements := s.r.db.Statements()
	for range 3 {
		r := s.get(path)
		assert.Equal(t, "tercul-l1; hit", r.header.Get("Cache-Status"))
		assert.Equal(t, first.body, r.body)
	}
	assert.LessOrEqual(t, s.r.db.Statements()-statements, uint64(3), "hits ask the database nothing; the outbox's poll may")
	assert.Equal(t, 304, s.get(path, "If-None-Match", first.header.Get("Etag")).status)

	var body struct {
		Data       struct{ Work struct{ ID string } }
		Extensions struct {
			Cache struct {
				AsOf uint64
				Tags []string
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(first.body), &body))
	assert.Contains(t, strings.Fields(first.header.Get("Surrogate-Key")), body.Data.Work.ID)
	keys := append(invalidate.EdgeKeys(body.Extensions.Cache.Tags), body.Extensions.Cache.Tags...)
	assert.Equal(t, keys, strings.Fields(first.header.Get("Surrogate-Key")))
	assert.Equal(t, strings.Join(keys, ","), first.header.Get("Cache-Tag"))
	assert.Contains(t, first.header.Get("Cache-Control"), "public, max-age=")
	assert.Contains(t, first.header.Get("Cache-Control"), "s-maxage=")
	assert.Empty(t, first.header.Get("Content-Location"), "the canonical URL was asked")
}

func forms(t *testing.T, s *running) {
	canonical := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	want := s.get(canonical)
	hash := strings.TrimPrefix(strings.Split(canonical, "&")[0], "/graphql?documentId=sha256:")
	text := s.r.registry.List()
	var source string
	for _, op := range text {
		if op.Hash() == hash {
			source = op.Document().Text
		}
	}
	apollo := url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}`)
	spaced := vars(`{ "translations": 50, "slug": "` + slug + `" }`) // a default given, white space
	for name, r := range map[string]reply{
		"order":        s.get("/graphql?" + strings.TrimPrefix(spaced, "&") + "&documentId=sha256:" + hash),
		"path":         s.get("/graphql/sha256:" + hash + "?" + spaced),
		"path, named":  s.get("/graphql/sha256:" + hash + "/WorkPage?" + spaced),
		"apollo":       s.get("/graphql?extensions=" + apollo + spaced),
		"text":         s.get("/graphql?query=" + url.QueryEscape(source) + spaced),
		"post":         s.post(`{"documentId":"sha256:` + hash + `","variables":{"slug":"` + slug + `"}}`),
		"post, apollo": s.post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}},"variables":{"slug":"` + slug + `"}}`),
	} {
		assert.Equal(t, 200, r.status, "%s: %s", name, r.body)
		assert.Equal(t, want.body, r.body, name)
		assert.Equal(t, want.header.Get("Etag"), r.header.Get("Etag"), name)
		assert.Equal(t, "tercul-l1; hit", r.header.Get("Cache-Status"), name)
		assert.Equal(t, canonical, r.header.Get("Content-Location"), name)
	}
}

func (s *running) post(body string, headers ...string) reply {
	s.t.Helper()
	return s.ask("POST", "/graphql", body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

func codings(t *testing.T, s *running) {
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	tags := map[string]string{}
	for _, coding := range []string{"identity", "gzip", "br", "zstd"} {
		r := s.get(path, "Accept-Encoding", coding)
		require.Equal(t, 200, r.status)
		assert.Equal(t, strings.TrimPrefix(coding, "identity"), r.header.Get("Content-Encoding"))
		assert.Empty(t, tags[r.header.Get("Etag")], "each coding has a tag of its own")
		tags[r.header.Get("Etag")] = coding
	}
	made := s.total(t, "tercul_cache_encoded_total")
	s.get(path, "Accept-Encoding", "br")
	assert.InDelta(t, made, s.total(t, "tercul_cache_encoded_total"), 0, "each is made once")
}

// total is a counter's sum over its labels.
func (s *running) total(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := s.r.metrics.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}

func nullIsShort(t *testing.T, s *running) {
	r := s.get(s.document("WorkPage") + vars(`{"slug":"no-such-work"}`))
	assert.Equal(t, 200, r.status)
	assert.Contains(t, r.body, `"data":{"work":null}`)
	assert.Contains(t, r.header.Get("Cache-Control"), "s-maxage=10")
}

func pages(t *testing.T, s *running) {
	assert.Contains(t, s.get("/readyz").body, `"name":"postgres","state":"up"`)
	assert.Contains(t, s.get("/ready").body, `"name":"changes","state":"up"`)
	assert.Contains(t, s.get("/version").body, `"service":"reader"`)
	metrics := s.get("/metrics").body
	for _, name := range []string{
		"tercul_http_requests_total", "tercul_cache_requests_total", "tercul_flight_loads", "tercul_sql_duration_seconds",
		"tercul_documents_known", "tercul_origin_busy", "tercul_build_info",
	} {
		assert.Contains(t, metrics, name)
	}
}

// noDocumentFails: every shipped operation is answered, if only with what it
// says about missing variables.
func noDocumentFails(t *testing.T, s *running) {
	for _, op := range s.r.registry.List() {
		r := s.get("/graphql?documentId=sha256:" + op.Hash())
		assert.Less(t, r.status, 500, "%s: %s", op.Name(), r.body)
	}
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func refusals(t *testing.T, s *running) {
	works, page := s.document("Works"), s.document("WorkPage")
	deep := "{ works { nodes { " + strings.Repeat("authors { works { nodes { ", 4) + "id" + strings.Repeat(" } } }", 4) + " } } }"
	costly := "{ works(first: 100) { nodes { id translations(first: 100) { nodes { id } } } } }"
	text := func(q string) string { return "/graphql?query=" + url.QueryEscape(q) }
	for name, tc := range map[string]struct {
		got    reply
		status int
		code   apperr.Code
	}{
		"unknown document":     {s.get("/graphql?documentId=sha256:" + strings.Repeat("0", 64)), 400, apperr.PersistedQueryNotFound},
		"no document":          {s.get("/graphql"), 400, apperr.DocumentRequired},
		"unregistered text":    {s.get(text("{ apiInfo { name version: schemaVersion } }")), 400, apperr.DocumentRequired},
		"wrong hash":           {s.get(works + "&query=" + url.QueryEscape("{ __typename }")), 400, apperr.BadRequest},
		"wrong apollo hash":    {s.post(`{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + sum("x") + `"}}}`), 400, apperr.BadRequest},
		"two documents":        {s.get(works + "&extensions=" + url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+sum("x")+`"}}`)), 400, apperr.BadRequest},
		"wrong operation":      {s.get(works + "&operationName=Nothing"), 400, apperr.BadRequest},
		"wrong variable type":  {s.get(works+vars(`{"first":"ten"}`), "Accept", graphql), 400, apperr.BadRequest},
		"missing variable":     {s.get(page, "Accept", graphql), 400, apperr.BadRequest},
		"null variable":        {s.get(page+vars(`{"slug":null}`), "Accept", graphql), 400, apperr.BadRequest},
		"unknown variable":     {s.get(page+vars(`{"slug":"a","slag":"b"}`), "Accept", graphql), 400, apperr.BadRequest},
		"variables no object":  {s.get(page + vars(`[1]`)), 400, apperr.BadRequest},
		"broken variables":     {s.get(page + vars(`{"slug":`)), 400, apperr.BadRequest},
		"duplicate variable":   {s.get(page+vars(`{"slug":"a","slug":"b"}`), "Accept", graphql), 400, apperr.BadRequest},
		"broken extensions":    {s.get(page + "&extensions=%7B"), 400, apperr.BadRequest},
		"duplicate parameter":  {s.get(page + vars(`{"slug":"a"}`) + vars(`{"slug":"b"}`)), 400, apperr.BadRequest},
		"broken JSON":          {s.post(`{"documentId":`), 400, apperr.BadRequest},
		"first: 1000":          {s.get(works+vars(`{"first":1000}`), "Accept", graphql), 400, ""},
		"first: -1":            {s.get(works+vars(`{"first":-1}`), "Accept", graphql), 400, apperr.BadRequest},
		"forged cursor":        {s.get(works+vars(`{"after":"Zm9yZ2Vk"}`), "Accept", graphql), 400, apperr.BadRequest},
		"cursor of a sibling":  {s.get(works+vars(`{"after":"`+s.cursor(t, "Authors")+`"}`), "Accept", graphql), 400, apperr.BadRequest},
		"aliases":              {s.get(text("{ "+strings.Repeat("a: __typename ", 31)+"}"), "Accept", graphql), 400, apperr.CostLimit},
		"deep filter":          {s.get(works+vars(`{"filter":`+strings.Repeat(`{"not":`, 5)+`{"minTranslations":1}`+strings.Repeat("}", 5)+`}`), "Accept", graphql), 400, apperr.InputLimit},
		"wide filter":          {s.get(works+vars(`{"filter":{"or":[`+strings.Repeat(`{"minTranslations":1},`, 30)+`{"minTranslations":1}]}}`), "Accept", graphql), 400, apperr.InputLimit},
		"no such order":        {s.get(works+vars(`{"sort":"RANDOM"}`), "Accept", graphql), 400, apperr.BadRequest},
		"NUL":                  {s.get(page+vars(`{"slug":"a\u0000b"}`), "Accept", graphql), 400, apperr.BadRequest},
		"NUL in the URL":       {s.get(page + "&variables=%7B%22slug%22:%22%00%22%7D"), 400, apperr.BadRequest},
		"lone surrogate":       {s.get(page+vars(`{"slug":"\ud800"}`), "Accept", graphql), 400, apperr.BadRequest},
		"lone surrogate, POST": {s.post(`{"documentId":"x","variables":{"slug":"\udfff"}}`), 400, apperr.BadRequest},
		"syntax":               {s.get(text("{"), "Accept", graphql), 400, apperr.ParseFailed},
		"no such field":        {s.get(text("{ nothing }"), "Accept", graphql), 400, apperr.ValidationFailed},
		"deep document":        {s.get(text(deep), "Accept", graphql), 400, ""},
		"costly document":      {s.get(text(costly)), 400, apperr.CostLimit},
		"mutation by GET":      {s.get(text("mutation { __typename }")), 405, apperr.BadRequest},
		"20 KB URL":            {s.get(page + vars(`{"slug":"`+strings.Repeat("x", 20<<10)+`"}`)), 414, apperr.InputLimit},
		"long body":            {s.post(strings.Repeat(" ", 300<<10)), 413, apperr.InputLimit},
		"wrong Accept":         {s.get(page, "Accept", "text/html"), 406, apperr.BadRequest},
		"wrong Content-Type":   {s.ask("POST", "/graphql", "{}", "Content-Type", "text/plain"), 415, apperr.BadRequest},
		"array":                {s.post(`[{"documentId":"x"}]`), 400, apperr.BadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			code := assertError(t, tc.got, tc.status)
			if tc.code != "" {
				assert.Equal(t, tc.code, code, tc.got.body)
			}
			t.Log(tc.got.body)
		})
	}
}

// cursor is where the first page of a shipped document's list ends.
func (s *running) cursor(t *testing.T, document string) string {
	t.Helper()
	found := regexp.MustCompile(`"endCursor":"([^"]+)"`).FindStringSubmatch(s.get(s.document(document)).body)
	require.NotNil(t, found)
	return found[1]
}

const graphql = "application/graphql-response+json"

// assertError checks the shape that every failure has, and returns its code.
func assertError(t *testing.T, got reply, status int) apperr.Code {
	t.Helper()
	require.Equal(t, status, got.status, got.body)
	assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
	assert.Empty(t, got.header.Get("Etag"))
	var body struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct {
				Code      apperr.Code
				Field     string
				RequestID string `json:"requestId"`
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &body), got.body)
	require.NotEmpty(t, body.Errors)
	assert.Nil(t, body.Data)
	assert.Equal(t, got.header.Get("X-Request-Id"), body.Errors[0].Extensions.RequestID)
	for _, e := range body.Errors {
		assert.Regexp(t, `^[A-Z"a-z].*[.?]$`, e.Message, "a sentence")
		if e.Extensions.Field != "" {
			assert.Contains(t, e.Message, e.Extensions.Field, "about the field")
		}
	}
	return body.Errors[0].Extensions.Code
}
