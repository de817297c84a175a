package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

func TestDocumentsOfCallers(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	expired := &identity.Actor{Refused: apperr.New(apperr.TokenExpired, "It has run out.")}
	viewer := shipped(t, "Viewer")
	const own, introspection = "{ viewer { username } }", "{ __schema { types { name } } }"
	for name, c := range map[string]struct {
		actor *identity.Actor
		body  string
		code  string
	}{
		"registered, by text":         {reader, query(viewer), ""},
		"registered, by id":           {reader, `{"documentId":"sha256:` + document.ID(viewer) + `"}`, ""},
		"registered, by a capital id": {reader, `{"documentId":"sha256:` + strings.ToUpper(document.ID(viewer)) + `"}`, ""},
		"as Apollo has it":            {reader, `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + document.ID(viewer) + `"}}}`, ""},
		"its operation":               {reader, `{"operationName":"Viewer",` + query(viewer)[1:], ""},
		"another operation":           {reader, `{"operationName":"Other",` + query(viewer)[1:], "BAD_REQUEST"},
		"none":                        {reader, `{}`, "DOCUMENT_REQUIRED"},
		"an unknown id":               {reader, `{"documentId":"sha256:` + document.ID("x") + `"}`, "PERSISTED_QUERY_NOT_FOUND"},
		"an id of another":            {reader, `{"documentId":"sha256:` + document.ID("x") + `",` + query(viewer)[1:], "BAD_REQUEST"},
		"a reader's own":              {reader, query(own), "DOCUMENT_REQUIRED"},
		"nobody's own":                {nil, query(own), "DOCUMENT_REQUIRED"},
		"an editor's own":             {editor, query(own), ""},
		"by a token that has run out": {expired, query(own), "TOKEN_EXPIRED"},
		"a mistake is explained":      {nil, query("{ nothing }"), "GRAPHQL_VALIDATION_FAILED"},
		"one of syntax":               {nil, query("{ viewer("), "GRAPHQL_PARSE_FAILED"},
		"and not in a long text":      {nil, query("{ nothing }" + strings.Repeat(" ", 2048)), "DOCUMENT_REQUIRED"},
		"the schema, to nobody":       {nil, query(introspection), "DOCUMENT_REQUIRED"},
		"the schema, to a reader":     {reader, query(introspection), "DOCUMENT_REQUIRED"},
		"the schema, to an editor":    {editor, query(introspection), ""},
		"what the audits send":        {nil, query("{ __typename }"), ""},
	} {
		r := d.send(c.actor, http.MethodPost, "/graphql", c.body)
		require.Equal(t, c.code, r.code(), name+r.text)
	}
	develop := open(t, w, func(cfg *api.Config) { cfg.Documents = documents(t, true) })
	require.Empty(t, develop.send(reader, http.MethodPost, "/graphql", query(own)).code())
}

func query(text string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text)
	return `{"query":"` + quoted + `"}`
}

func TestLimitsOfDocuments(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	editor := w.User(identity.Editor)
	aliases := make([]string, 31)
	for i := range aliases {
		aliases[i] = "a" + strings.Repeat("x", i) + ": viewer @skip(if: true) { id }"
	}
	const pages = "query($a: Int, $b: Int) { viewerCollections(first: $a) @skip(if: true) { nodes { title } } viewerComments(first: $b) @skip(if: true) { nodes { id } } }"
	for name, c := range map[string]struct {
		query     string
		variables map[string]any
		code      string
	}{
		"aliases":            {"{ " + strings.Join(aliases, " ") + " }", nil, "COST_LIMIT"},
		"as many as one may": {"{ " + strings.Join(aliases[:30], " ") + " }", nil, ""},
		"braces in braces":   {strings.Repeat("{a", 1100), nil, "INPUT_LIMIT"},
		"fields in fields, as deep as the schema goes": {"{ viewerCollections @skip(if: true) { edges { node { members { user { id } } } } } }", nil, ""},
		"too many fragments in each other":             {"{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", nil, "GRAPHQL_VALIDATION_FAILED"},
		"bytes":                                        {"{ viewer { id } }" + strings.Repeat(" ", 64<<10), nil, "INPUT_LIMIT"},
		"tokens":                                       {"{ " + strings.Repeat("a ", 10_000) + "}", nil, "INPUT_LIMIT"},
		"a page":                                       {"{ viewerCollections(first: 101) { nodes { title } } }", nil, "BAD_REQUEST"},
		"a page by a variable":                         {pages, map[string]any{"a": 101}, "BAD_REQUEST"},
		"none of a page":                               {pages, map[string]any{"b": 0}, "BAD_REQUEST"},
		"pages that are allowed":                       {pages, map[string]any{"a": 100, "b": 100}, ""},
		"cost by variables":                            {dear, map[string]any{"a": 100}, "COST_LIMIT"},
		"the same for less":                            {dear, map[string]any{"a": 10}, ""},
	} {
		r := d.post(editor, c.query, c.variables)
		require.Equal(t, c.code, r.code(), name+": "+r.text)
	}
}

var dear = "query($a: Int = 1) { " + strings.Join(func() (fields []string) {
	for i := range 12 {
		fields = append(fields, "a"+strings.Repeat("x", i)+": viewerCollections(first: $a) @skip(if: true) { nodes { id } }")
	}
	return fields
}(), " ") + " }"

func TestOneMutationARequest(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	editor := w.User(identity.Editor)
	for name, text := range map[string]string{
		"two":            `mutation { logout { ok } revokeAllSessions(input: {exceptCurrent: false}) { revoked } }`,
		"the same twice": `mutation { a: logout { ok } b: logout { ok } }`,
		"in a fragment":  `mutation { logout { ok } ...F } fragment F on Mutation { x: logout { ok } }`,
		"inline":         `mutation { logout { ok } ... on Mutation { x: logout { ok } } }`,
	} {
		r := d.post(editor, text, nil)
		require.Equal(t, "BAD_REQUEST", r.code(), name)
		require.Contains(t, r.text, "one mutation")
	}
	require.Zero(t, writetest.One[int](w, "SELECT count(*) FROM auth.security_events"), "nothing ran")
}
