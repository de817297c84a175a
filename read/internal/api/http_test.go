package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
)

const (
	canonical = "/graphql?documentId=" + knownID
	inPath    = "/graphql/" + knownID
)

func TestAnswerHeaders(t *testing.T) {
	s := start(t, newMemory())
	s.get(canonical)
	for _, layer := range []string{"l1", "lane"} {
		r := s.get(canonical, "Cookie", "a=b", "Authorization", "Bearer x", "X-Request-Id", "mine-1")
		assert.Equal(t, 200, r.status, layer)
		assert.JSONEq(t, `{"data":{"work":{"title":"Inferno"}}}`, r.body)
		for name, want := range map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Cache-Control": "public, max-age=60, s-maxage=300",
			"Surrogate-Control": "max-age=300", "Cdn-Cache-Control": "max-age=300", "Surrogate-Key": "work_1 list:work",
			"Cache-Tag": "work_1,list:work", "Cache-Status": "tercul-l1; hit", "X-Tercul-Seq": "7",
			"Vary": "Accept, Accept-Encoding", "X-Request-Id": "mine-1",
			"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*", "Content-Location": "", "Set-Cookie": "", "Age": "", "Server": "",
		} {
			assert.Equal(t, want, r.header.Get(name), "%s %s", layer, name)
		}
		assert.Regexp(t, `^"[0-9a-f]{16}"$`, r.header.Get("Etag"))
		assert.NotEmpty(t, r.header.Get("Date"))
	}
}

// Every accepted form asks the same question and is answered alike.
func TestForms(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	vars := "%7B%22a%22%3A1%7D"
	body := `{"documentId":"` + knownID + `","variables":{"a":1}}`
	want := canonical + "&variables=" + vars
	for _, tc := range []struct{ method, path, body, location string }{
		{"GET", want, "", ""},
		{"GET", "/graphql?variables=" + vars + "&documentId=" + knownID, "", want},
		{"GET", inPath + "?variables=" + vars, "", want},
		{"GET", inPath + "/Work?variables=" + vars, "", want},
		{"HEAD", want, "", ""},
		{"POST", "/graphql", body, want},
	} {
		r := s.ask(tc.method, tc.path, tc.body, "Content-Type", "application/json; charset=UTF-8")
		assert.Equal(t, 200, r.status, tc.path)
		assert.Equal(t, tc.location, r.header.Get("Content-Location"), tc.path)
		assert.Equal(t, `{"a":1}`, string(m.fields.Variables), tc.path)
		assert.Equal(t, tc.method != "POST", m.fields.Get)
		assert.NotEmpty(t, r.header.Get("Etag"))
		assert.Equal(t, tc.method == "HEAD", r.body == "")
		assert.Equal(t, "37", r.header.Get("Content-Length"))
	}
	assert.Len(t, m.entries, 1)
}

func TestNotModified(t *testing.T) {
	s := start(t, newMemory())
	tag := s.get(canonical).header.Get("Etag")
	for range 3 { // origin, L1, lane
		for _, given := range []string{tag, "W/" + tag, `"x", ` + tag, "*"} {
			r := s.get(canonical, "If-None-Match", given)
			assert.Equal(t, 304, r.status, given)
			assert.Empty(t, r.body)
			assert.Equal(t, tag, r.header.Get("Etag"))
			assert.Equal(t, "public, max-age=60, s-maxage=300", r.header.Get("Cache-Control"))
			assert.Equal(t, "work_1 list:work", r.header.Get("Surrogate-Key"))
			assert.Equal(t, "Accept, Accept-Encoding", r.header.Get("Vary"))
			assert.NotEmpty(t, r.header.Get("X-Request-Id"))
			assert.Empty(t, r.header.Get("Content-Type"))
		}
		assert.Equal(t, 200, s.get(canonical, "If-None-Match", `"other"`).status)
		s.get(canonical)
	}
	assert.Equal(t, 304, s.ask("HEAD", canonical, "", "If-None-Match", tag).status)
	assert.Equal(t, 200, s.get(canonical, "If-None-Match", tag, "Accept-Encoding", "br").status,
		"a tag names the bytes of one coding")
	post := s.ask("POST", "/graphql", `{"documentId":"`+knownID+`"}`, "Content-Type", "application/json", "If-None-Match", tag)
	assert.Equal(t, 200, post.status)
}

func TestCodings(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for accept, want := range map[string]string{"gzip, br": "br", "gzip": "gzip", "zstd": "zstd", "identity": ""} {
		r := s.get(canonical, "Accept-Encoding", accept)
		assert.Equal(t, want, r.header.Get("Content-Encoding"), accept)
	}
	assert.Len(t, m.entries, 4)
}

func TestRefusals(t *testing.T) {
	s := start(t, newMemory())
	post := func(body string, headers ...string) reply { return s.ask("POST", "/graphql", body, headers...) }
	isJSON := []string{"Content-Type", "application/json"}
	known := `{"documentId":"` + knownID + `"}`
	for name, tc := range map[string]struct {
		got    reply
		status int
		code   apperr.Code
		header string
	}{
		"no such path":          {s.get("/nothing"), 404, apperr.BadRequest, ""},
		"no such document path": {s.get("/graphql/md5:1"), 404, apperr.BadRequest, ""},
		"escaped document path": {s.get("/graphql/sha256:%31"), 404, apperr.BadRequest, ""},
		"too deep a path":       {s.get(inPath + "/A/B"), 404, apperr.BadRequest, ""},
		"trailing slash":        {s.get("/graphql/"), 404, apperr.BadRequest, ""},
		"unknown document":      {s.get("/graphql?documentId=sha256:2"), 400, apperr.PersistedQueryNotFound, ""},
		"twice":                 {s.get(canonical + "&documentId=x"), 400, apperr.BadRequest, ""},
		"twice by path":         {s.get(inPath + "?documentId=x"), 400, apperr.BadRequest, ""},
		"twice by path, name":   {s.get(inPath + "/Work?operationName=Work"), 400, apperr.BadRequest, ""},
		"broken escape":         {s.get(canonical + "&variables=%zz"), 400, apperr.BadRequest, ""},
		"accept":                {s.get(canonical, "Accept", "text/html"), 406, apperr.BadRequest, ""},
		"accept-encoding":       {s.get(canonical, "Accept-Encoding", "identity;q=0"), 406, apperr.BadRequest, ""},
		"min seq":               {s.get(canonical, "X-Tercul-Min-Seq", "-1"), 400, apperr.BadRequest, ""},
		"no content type":       {post(known), 415, apperr.BadRequest, "Accept-Post"},
		"text":                  {post(known, "Content-Type", "text/plain"), 415, apperr.BadRequest, "Accept-Post"},
		"form":                  {post("query=a", "Content-Type", "application/x-www-form-urlencoded"), 415, apperr.BadRequest, ""},
		"latin-1":               {post(known, "Content-Type", "application/json; charset=latin1"), 415, apperr.BadRequest, ""},
		"gzip body":             {post(known, "Content-Type", "application/json", "Content-Encoding", "gzip"), 415, apperr.BadRequest, ""},
		"empty body":            {post("", isJSON...), 400, apperr.BadRequest, ""},
		"broken body":           {post("{", isJSON...), 400, apperr.BadRequest, ""},
		"batch":                 {post("["+known+"]", isJSON...), 400, apperr.BadRequest, ""},
		"both body and query":   {s.ask("POST", canonical, known, isJSON...), 400, apperr.BadRequest, ""},
		"body too long":         {post(strings.Repeat(" ", 9<<10), isJSON...), 413, apperr.InputLimit, ""},
		"20 KB URL":             {s.get(canonical + "&variables=" + strings.Repeat("x", 20<<10)), 414, apperr.InputLimit, ""},
		"30 KB URL":             {s.get(canonical + "&variables=" + strings.Repeat("x", 30<<10)), 431, apperr.InputLimit, ""},
		"headers too long":      {s.get(canonical, "X-Long", strings.Repeat("x", 30<<10)), 431, apperr.InputLimit, ""},
		"PUT":                   {s.ask("PUT", "/graphql", known, isJSON...), 405, apperr.BadRequest, "Allow"},
		"DELETE of a page":      {s.ask("DELETE", "/healthz", ""), 405, apperr.BadRequest, "Allow"},
		"POST to a document":    {s.ask("POST", inPath, known, isJSON...), 405, apperr.BadRequest, "Allow"},
		"QUERY":                 {s.ask("QUERY", "/graphql", known, isJSON...), 405, apperr.BadRequest, "Allow"},
	} {
		t.Run(name, func(t *testing.T) {
			assertError(t, tc.got, tc.status, tc.code)
			if tc.header != "" {
				assert.NotEmpty(t, tc.got.header.Get(tc.header))
			}
		})
	}
}

// assertError is the shape that every failure has, whoever found it.
func assertError(t *testing.T, got reply, status int, code apperr.Code) {
	t.Helper()
	require.Equal(t, status, got.status, got.body)
	var body struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions struct {
				Code      apperr.Code
				RequestID string `json:"requestId"`
				Retryable *bool
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.body), &body), got.body)
	require.Len(t, body.Errors, 1)
	assert.Equal(t, code, body.Errors[0].Extensions.Code)
	assert.NotEmpty(t, body.Errors[0].Message)
	assert.Equal(t, got.header.Get("X-Request-Id"), body.Errors[0].Extensions.RequestID)
	assert.NotEmpty(t, body.Errors[0].Extensions.RequestID)
	assert.NotNil(t, body.Errors[0].Extensions.Retryable)
	assert.NotContains(t, got.body, `"data"`)
	assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
	assert.Equal(t, "Accept, Accept-Encoding", got.header.Get("Vary"))
	assert.Contains(t, got.header.Get("Content-Type"), "json; charset=utf-8")
	assert.Empty(t, got.header.Get("Set-Cookie"))
	assert.Empty(t, got.header.Get("Surrogate-Key"))
	assert.Empty(t, got.header.Get("Etag"))
}

func TestURLOf16KBIsRead(t *testing.T) {
	s := start(t, newMemory())
	path := canonical + "&variables=%7B%22a%22%3A%22" + strings.Repeat("x", 16<<10-len(canonical)-36) + "%22%7D"
	assert.Equal(t, 200, s.get(path).status)
}

// Under application/json what does not fit the schema is a 200 with errors;
// the newer media type says so in its status, and the draft says more.
func TestStatusByMedia(t *testing.T) {
	parse := apperr.New(apperr.ParseFailed, "x")
	validate := apperr.New(apperr.ValidationFailed, "x")
	coerce := apperr.New(apperr.BadRequest, "x").WithField("variables.id")
	tooDeep := apperr.New(apperr.InputLimit, "x").WithField("variables.filter.not.not")
	notMap := apperr.New(apperr.BadRequest, "x").WithField("variables")
	dear := apperr.New(apperr.CostLimit, "x")
	for _, tc := range []struct {
		fail                 *apperr.Error
		json, graphql, draft int
	}{{parse, 200, 400, 400}, {validate, 200, 400, 422}, {coerce, 200, 400, 422}, {tooDeep, 200, 400, 422}, {notMap, 400, 400, 400}, {dear, 400, 400, 400}} {
		m := newMemory()
		m.fail = tc.fail
		s, d := start(t, m), start(t, m, func(c *Config) { c.DraftCodes = true })
		assertError(t, s.get(canonical), tc.json, tc.fail.Code)
		assertError(t, s.get(canonical, "Accept", gqlhttp.TypeGraphQL), tc.graphql, tc.fail.Code)
		assertError(t, d.get(canonical, "Accept", gqlhttp.TypeGraphQL), tc.draft, tc.fail.Code)
		assertError(t, d.get(canonical), tc.json, tc.fail.Code)
	}
}

// Variables that are not JSON make a broken request, whatever the parser says of
// the place.
func TestBrokenVariablesInAURL(t *testing.T) {
	m := newMemory()
	m.fail = apperr.New(apperr.BadRequest, "x").WithField("variables.id")
	s := start(t, m)
	assertError(t, s.get(canonical+"&variables=%7B%22id%22:"), 400, apperr.BadRequest)
	assertError(t, s.get(canonical+"&variables=%7B%22id%22:1%7D"), 200, apperr.BadRequest)
}

func TestPartialIsNotStored(t *testing.T) {
	m := newMemory()
	m.change = func(e *answer.Entry) { e.Status, e.NoStore = answer.Partial, true }
	s, d := start(t, m), start(t, m, func(c *Config) { c.DraftCodes = true })
	for range 3 {
		r := s.get(canonical, "Accept", gqlhttp.TypeGraphQL)
		assert.Equal(t, 200, r.status)
		assert.Equal(t, "no-store", r.header.Get("Cache-Control"))
		assert.Empty(t, r.header.Get("Surrogate-Key"))
	}
	assert.Equal(t, 294, d.get(canonical, "Accept", gqlhttp.TypeGraphQL).status)
	assert.Equal(t, 200, d.get(canonical).status)
}

func TestServerFailures(t *testing.T) {
	m := newMemory()
	s := start(t, m, func(c *Config) { c.Timeout = 20 * time.Millisecond })
	m.fail = apperr.New(apperr.Unavailable, "Later.").WithRetryAfter(1500 * time.Millisecond)
	r := s.get(canonical)
	assertError(t, r, 503, apperr.Unavailable)
	assert.Equal(t, "2", r.header.Get("Retry-After"))
	m.fail = apperr.New(apperr.Unavailable, "Later.")
	assert.Equal(t, "1", s.get(canonical).header.Get("Retry-After"))
	m.fail = errors.New("password of postgres")
	r = s.get(canonical)
	assertError(t, r, 500, apperr.Internal)
	assert.NotContains(t, r.body, "password")
	m.fail, m.block = nil, true
	assertError(t, s.get(canonical), http.StatusGatewayTimeout, apperr.Timeout)
	m.block, m.panics = false, true
	r = s.get(canonical)
	assertError(t, r, 500, apperr.Internal)
	assert.NotContains(t, r.body, "bug")
	m.panics = false
	assert.Equal(t, 200, s.get(canonical).status)
}

func TestNotHTTP(t *testing.T) {
	s := start(t, newMemory())
	got := s.raw("nonsense\r\n\r\n")
	assert.True(t, strings.HasPrefix(got, "HTTP/1.1 400 "), got)
	assert.Contains(t, got, `"code":"BAD_REQUEST"`)
	got = s.raw("GET /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAccept: text/html\r\nAccept: application/json\r\n\r\n")
	assert.True(t, strings.HasPrefix(got, "HTTP/1.1 400 "), "two Accept lines are one list: %s", got)
}

func TestOptions(t *testing.T) {
	s := start(t, newMemory())
	r := s.ask("OPTIONS", "/graphql", "", "Origin", "https://reader.example", "Access-Control-Request-Method", "POST")
	assert.Equal(t, 204, r.status)
	assert.Equal(t, "*", r.header.Get("Access-Control-Allow-Origin"))
	assert.Contains(t, r.header.Get("Access-Control-Allow-Headers"), "Content-Type")
	assert.Contains(t, r.header.Get("Access-Control-Allow-Headers"), "X-Tercul-Min-Seq")
	assert.Empty(t, r.header.Get("Access-Control-Allow-Credentials"))
	assert.Contains(t, r.header.Get("Allow"), "POST")
}

func TestMinSeqReachesTheSource(t *testing.T) {
	m := newMemory()
	s := start(t, m)
	for range 3 {
		s.get(canonical)
	}
	assert.Equal(t, 200, s.get(canonical, "X-Tercul-Min-Seq", "42").status)
	assert.Equal(t, uint64(42), m.query.MinSeq, "the lane leaves tickets to the chain")
}

func TestStaleAnswersAreMarkedAndShort(t *testing.T) {
	m := newMemory()
	m.layer = answer.Stale
	s := start(t, m)
	s.get(canonical)
	for range 4 {
		r := s.get(canonical)
		assert.Equal(t, "public, max-age=0, s-maxage=1", r.header.Get("Cache-Control"))
		assert.Equal(t, "max-age=1", r.header.Get("Surrogate-Control"))
		assert.Equal(t, "work_1 list:work", r.header.Get("Surrogate-Key"))
	}
	assert.Zero(t, s.laneHits())
}
