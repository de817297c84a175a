package gqlhttp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestNegotiateMedia(t *testing.T) {
	for accept, want := range map[string]Media{
		"":                                  JSON,
		"*/*":                               JSON,
		"application/*":                     JSON,
		"application/json":                  JSON,
		"application/graphql-response+json": GraphQL,
		"APPLICATION/GraphQL-Response+JSON": GraphQL,
		"application/graphql-response+json, application/json":                               GraphQL,
		"application/json, application/graphql-response+json":                               GraphQL,
		"application/json, application/graphql-response+json;q=0.9":                         JSON,
		"application/json;q=0.5, application/graphql-response+json;q=0.6":                   GraphQL,
		"application/json;q=0, */*":                                                         GraphQL,
		"application/json, */*":                                                             JSON,
		"application/graphql-response+json, */*;q=0.1":                                      GraphQL,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8":                   JSON,
		"application/json; charset=utf-8":                                                   JSON,
		"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8": GraphQL,
		"application/json; charset=iso-8859-1":                                              None,
		"text/html":                                                                         None,
		"application/json;q=0":                                                              None,
		"application/json;q=zero":                                                           None,
		"application/json;q=1.001, text/plain":                                              None,
		"application/graphql-response+json;q=0.001":                                         GraphQL,
		" , ,application/json":                                                              JSON,
	} {
		assert.Equal(t, want, Negotiate(accept), accept)
	}
}

func TestURLFields(t *testing.T) {
	f, err := FromURL("documentId=sha256%3Aab&variables=%7B%22a%22:1%7D&extensions={}&query=a+b&operationName=%C3%A9&utm=1&")
	require.NoError(t, err)
	assert.Equal(t, Request{
		DocumentID: "sha256:ab", Query: "a b", OperationName: "é", Variables: []byte(`{"a":1}`), Extensions: []byte(`{}`),
	}, f)
	for _, bad := range []string{
		"variables=1&variables=1", "a=1&%61=2", "query&query", "query=%", "query=%4", "query=%zz", "query=%ff", "query=%00", "%ff=1",
	} {
		_, err := FromURL(bad)
		assert.ErrorContains(t, err, "BAD_REQUEST", bad)
	}
}

func TestBodyFields(t *testing.T) {
	f, err := FromBody([]byte(` {"documentId":"d","query":null,"variables":{"a":[1, 2]},"extensions":null,"more":[{}]} `))
	require.NoError(t, err)
	assert.Equal(t, Request{DocumentID: "d", Variables: []byte(`{"a":[1, 2]}`)}, f)
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
		_, err := FromBody([]byte(bad))
		assert.ErrorContains(t, err, says, bad)
	}
}

func FuzzFields(f *testing.F) {
	f.Add("documentId=a&variables=%7B%7D", `{"query":"{a}","variables":{"x":"\ud83d\ude00"}}`)
	f.Fuzz(func(t *testing.T, url, body string) {
		if got, err := FromURL(url); err == nil {
			assert.NotContains(t, got.Query, "\x00")
			assert.True(t, strings.ToValidUTF8(got.Query, "") == got.Query)
		}
		_, _ = FromBody([]byte(body))
		Negotiate(url)
	})
}
