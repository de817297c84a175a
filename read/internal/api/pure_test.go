package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
)

func TestNegotiateMedia(t *testing.T) {
	for accept, want := range map[string]media{
		"":                                  mediaJSON,
		"*/*":                               mediaJSON,
		"application/*":                     mediaJSON,
		"application/json":                  mediaJSON,
		"application/graphql-response+json": mediaGraphQL,
		"APPLICATION/GraphQL-Response+JSON": mediaGraphQL,
		"application/graphql-response+json, application/json":                               mediaGraphQL,
		"application/json, application/graphql-response+json":                               mediaGraphQL,
		"application/json, application/graphql-response+json;q=0.9":                         mediaJSON,
		"application/json;q=0.5, application/graphql-response+json;q=0.6":                   mediaGraphQL,
		"application/json;q=0, */*":                                                         mediaGraphQL,
		"application/json, */*":                                                             mediaJSON,
		"application/graphql-response+json, */*;q=0.1":                                      mediaGraphQL,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8":                   mediaJSON,
		"application/json; charset=utf-8":                                                   mediaJSON,
		"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8": mediaGraphQL,
		"application/json; charset=iso-8859-1":                                              mediaNone,
		"text/html":                                                                         mediaNone,
		"application/json;q=0":                                                              mediaNone,
		"application/json;q=zero":                                                           mediaNone,
		"application/json;q=1.001, text/plain":                                              mediaNone,
		"application/graphql-response+json;q=0.001":                                         mediaGraphQL,
		" , ,application/json":                                                              mediaJSON,
	} {
		assert.Equal(t, want, negotiateMedia(accept), accept)
	}
}

func TestNegotiateEncoding(t *testing.T) {
	for accept, want := range map[string]answer.Encoding{
		"":                               answer.Identity,
		"identity":                       answer.Identity,
		"gzip":                           answer.Gzip,
		"x-gzip":                         answer.Gzip,
		"GZIP":                           answer.Gzip,
		"gzip, deflate, br, zstd":        answer.Brotli,
		"gzip, zstd":                     answer.Zstd,
		"br;q=0.1, gzip":                 answer.Gzip,
		"br;q=0, *":                      answer.Zstd,
		"*":                              answer.Brotli,
		"deflate":                        answer.Identity,
		"gzip;q=0":                       answer.Identity,
		"identity;q=1, gzip;q=0.5":       answer.Identity,
		"identity;q=0.5, gzip;q=0.5":     answer.Gzip,
		"gzip;q=0.5, *;q=0":              answer.Gzip,
		"br;q=x, gzip":                   answer.Gzip,
		"gzip;q=0.001, identity;q=0.002": answer.Identity,
	} {
		enc, ok := negotiateEncoding(accept)
		assert.True(t, ok, accept)
		assert.Equal(t, want, enc, accept)
	}
	for _, accept := range []string{"identity;q=0", "*;q=0", "deflate, identity;q=0"} {
		_, ok := negotiateEncoding(accept)
		assert.False(t, ok, accept)
	}
}

func TestNoneMatch(t *testing.T) {
	for header, want := range map[string]bool{
		`"a"`: true, `W/"a"`: true, `"b", "a"`: true, `"b",W/"a" , "c"`: true, `*`: true, ` * `: true,
		`"b"`: false, ``: false, `a`: false, `"a`: false, `"x,"a"`: false, `"a,b", "c"`: false, `"A"`: false,
	} {
		assert.Equal(t, want, noneMatch(header, `"a"`), header)
	}
	assert.False(t, noneMatch("*", ""))
}

func TestURLFields(t *testing.T) {
	f, err := urlFields("documentId=sha256%3Aab&variables=%7B%22a%22:1%7D&extensions={}&query=a+b&operationName=%C3%A9&utm=1&")
	require.NoError(t, err)
	assert.Equal(t, operation.Request{
		DocumentID: "sha256:ab", Query: "a b", OperationName: "é", Variables: []byte(`{"a":1}`), Extensions: []byte(`{}`),
	}, f)
	for _, bad := range []string{
		"variables=1&variables=1", "a=1&%61=2", "query&query", "query=%", "query=%4", "query=%zz", "query=%ff", "query=%00", "%ff=1",
	} {
		_, err := urlFields(bad)
		assert.ErrorContains(t, err, "BAD_REQUEST", bad)
	}
}

func TestBodyFields(t *testing.T) {
	f, err := bodyFields([]byte(` {"documentId":"d","query":null,"variables":{"a":[1, 2]},"extensions":null,"more":[{}]} `))
	require.NoError(t, err)
	assert.Equal(t, operation.Request{DocumentID: "d", Variables: []byte(`{"a":[1, 2]}`)}, f)
	for bad, says := range map[string]string{
		"":                                "empty",
		" \n":                             "empty",
		"{":                               "not valid JSON",
		`{"not a JSON`:                    "not valid JSON",
		"[]":                              "one operation",
		`[{"query":"{a}"}]`:               "one operation",
		"null":                            "one JSON object",
		`"x"`:                             "one JSON object",
		"nonsense":                        "not valid JSON",
		"{} {}":                           "goes on",
		`{"query":1}`:                     "BAD_REQUEST query: query must be a string",
		`{"query":{}}`:                    "string",
		`{"operationName":[]}`:            "operationName",
		`{"documentId":false}`:            "documentId",
		`{"variables":"{}"}`:              "BAD_REQUEST variables: variables must be an object",
		`{"extensions":[]}`:               "extensions",
		`{"query":"a","query":"b"}`:       "duplicate",
		`{"query":"a","\u0071uery":"b"}`:  "duplicate",
		`{"variables":{"a":1,"a":2}}`:     "duplicate",
		`{"query":"\ud800"}`:              "surrogate",
		"{\"query\":\"\xff\"}":            "UTF-8",
		"{\"query\":\"a\x00b\"}":          "not valid JSON",
		`{"variables":{"a":"\udc00\u0"}}`: "not valid JSON",
	} {
		_, err := bodyFields([]byte(bad))
		assert.ErrorContains(t, err, says, bad)
	}
}

func TestRequestIDs(t *testing.T) {
	ids := newRequestIDs()
	assert.Equal(t, "abc-1.2_3", string(ids.append(nil, []byte("abc-1.2_3"))))
	first, second := string(ids.append(nil, nil)), string(ids.append(nil, []byte("no spaces")))
	assert.NotEqual(t, first, second)
	assert.Regexp(t, `^[0-9a-f]{16}-1$`, first)
	assert.NotEqual(t, "x", string(ids.append(nil, []byte(strings.Repeat("x", maxRequestID+1)))))
	for range 40 {
		ids.append(nil, nil)
	}
	assert.Regexp(t, `-2c$`, string(ids.append(nil, nil)))
}

func FuzzFields(f *testing.F) {
	f.Add("documentId=a&variables=%7B%7D", `{"query":"{a}","variables":{"x":"\ud83d\ude00"}}`)
	f.Fuzz(func(t *testing.T, url, body string) {
		if got, err := urlFields(url); err == nil {
			assert.NotContains(t, got.Query, "\x00")
			assert.True(t, strings.ToValidUTF8(got.Query, "") == got.Query)
		}
		_, _ = bodyFields([]byte(body))
		negotiateMedia(url)
		negotiateEncoding(url)
		noneMatch(url, `"a"`)
	})
}
