package operation_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
)

func apollo(hash string) []byte {
	return []byte(`{"other":[1],"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}`)
}

// Every accepted form of a question is the same question.
func TestFormsOfOneQuestion(t *testing.T) {
	r := registry(t, nil)
	hash := document.ID(worksText)
	var keys []string
	for name, req := range map[string]operation.Request{
		"id":            {DocumentID: "sha256:" + hash, Variables: []byte(`{"first":5,"filter":{"year":1300,"languages":["IT"]}}`)},
		"bare id":       {DocumentID: hash, Variables: []byte(` {"filter":{"languages":"it","year":13e2} , "first":5.0}`)},
		"name":          {DocumentID: hash, OperationName: "Works", Variables: []byte(`{"first":5,"filter":{"and":null,"year":1300,"languages":["it"]}}`)},
		"Apollo":        {Extensions: apollo(hash), Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"Apollo, CAPS":  {Extensions: apollo(strings.ToUpper(hash)), Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"both":          {DocumentID: "sha256:" + hash, Extensions: apollo(hash), Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"text":          {Query: worksText, Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"text and id":   {Query: worksText, DocumentID: hash, Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"text, Apollo":  {Query: worksText, Extensions: apollo(hash), Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
		"no extensions": {DocumentID: hash, Extensions: []byte(`null`), Variables: []byte(`{"first":5,"filter":{"languages":["it"],"year":1300}}`)},
	} {
		q, err := r.Parse(context.Background(), req)
		require.NoError(t, err, name)
		assert.Equal(t, "Works", q.Operation.Name())
		assert.Same(t, q.Operation, q.Op)
		assert.Equal(t, `{"filter":{"languages":["it"],"year":1300},"first":5}`, operation.Canonical(q.Query), name)
		values, err := operation.Values(q.Query)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"first": int64(5), "filter": map[string]any{"year": int64(1300), "languages": []any{"it"}}}, values)
		u, err := url.Parse(q.Canonical)
		require.NoError(t, err)
		assert.Equal(t, "/graphql", u.Path)
		assert.Equal(t, url.Values{
			"documentId": {"sha256:" + hash}, "variables": {operation.Canonical(q.Query)},
		}, u.Query())
		keys = append(keys, string(q.Key))
	}
	for _, key := range keys {
		assert.Equal(t, keys[0], key)
	}
}

func TestNoVariables(t *testing.T) {
	r := registry(t, nil)
	hash := document.ID(worksText)
	for _, variables := range []string{``, `{}`, `null`, `{"first":20,"filter":null}`} {
		q, err := r.Parse(context.Background(), operation.Request{DocumentID: hash, Variables: []byte(variables)})
		require.NoError(t, err)
		assert.Equal(t, "/graphql?documentId=sha256:"+hash, q.Canonical, variables)
		values, err := operation.Values(q.Query)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"first": int64(20)}, values)
	}
}

func TestLongVariables(t *testing.T) {
	r := registry(t, nil)
	slug := strings.Repeat("x", 9000)
	q, err := r.Parse(context.Background(), operation.Request{Query: workText, Variables: []byte(`{"slug":"` + slug + `"}`)})
	require.NoError(t, err)
	values, err := operation.Values(q.Query)
	require.NoError(t, err)
	assert.Equal(t, slug, values["slug"])
	assert.NotEmpty(t, q.Canonical)
	slug = strings.Repeat("é", 3000) // each is six characters in a URL
	q, err = r.Parse(context.Background(), operation.Request{Query: workText, Variables: []byte(`{"slug":"` + slug + `"}`)})
	require.NoError(t, err)
	assert.Empty(t, q.Canonical, "too long to be sent by GET")
}

func TestValuesOfAnotherQuery(t *testing.T) {
	_, err := operation.Values(&answer.Query{Vars: 7})
	require.Error(t, err)
	assert.Empty(t, operation.Canonical(&answer.Query{}))
}

func TestAuditDocumentsAreKnownByText(t *testing.T) {
	r := registry(t, nil)
	for _, req := range []operation.Request{
		{Query: `{ __typename }`},
		{Query: `query Query { __typename }`, OperationName: "Query"},
		{Query: `{ __type(name: "Run🏃Swim🏊") { name } }`},
		{Query: `query Type($name: String!) { __type(name: $name) { name } }`, Variables: []byte(`{"name":"Query"}`)},
	} {
		q, err := r.Parse(context.Background(), req)
		require.NoError(t, err, req.Query)
		assert.Equal(t, operation.Audit, q.Operation.Source())
	}
}

func TestRefusals(t *testing.T) {
	hash, unknown := document.ID(worksText), document.ID("x")
	for name, tc := range map[string]struct {
		req   operation.Request
		code  apperr.Code
		field string
		want  string
	}{
		"nothing":           {operation.Request{}, apperr.DocumentRequired, "", "Say which"},
		"unknown id":        {operation.Request{DocumentID: "sha256:" + unknown}, apperr.PersistedQueryNotFound, "documentId", ""},
		"odd id":            {operation.Request{DocumentID: "no such"}, apperr.PersistedQueryNotFound, "documentId", ""},
		"unknown Apollo id": {operation.Request{Extensions: apollo(unknown)}, apperr.PersistedQueryNotFound, "extensions.persistedQuery.sha256Hash", ""},
		"wrong hash":        {operation.Request{DocumentID: "sha256:" + unknown, Query: worksText}, apperr.BadRequest, "documentId", "must be the hash of the document sent with it"},
		"wrong Apollo hash": {operation.Request{Extensions: apollo(unknown), Query: worksText}, apperr.BadRequest, "extensions.persistedQuery.sha256Hash", "must be the hash of the document sent with it"},
		"another's hash":    {operation.Request{DocumentID: hash, Query: workText}, apperr.BadRequest, "documentId", "must be the hash of the document sent with it"},
		"two ids":           {operation.Request{DocumentID: hash, Extensions: apollo(unknown)}, apperr.BadRequest, "documentId", "must name the document that the persisted query names"},
		"unregistered":      {operation.Request{Query: otherText}, apperr.DocumentRequired, "", "not registered"},
		"unregistered, id":  {operation.Request{Query: otherText, DocumentID: document.ID(otherText)}, apperr.DocumentRequired, "", "not registered"},
		"syntax":            {operation.Request{Query: "{"}, apperr.ParseFailed, "", "Syntax"},
		"no such field":     {operation.Request{Query: "{ nope }"}, apperr.ValidationFailed, "", "nope"},
		"too dear":          {operation.Request{Query: `{ works(first: 100) { works(first: 100) { id } } }`}, apperr.CostLimit, "", ""},
		"name":              {operation.Request{DocumentID: hash, OperationName: "Work"}, apperr.BadRequest, "operationName", `must name an operation of the document, not "Work"`},
		"mutation":          {operation.Request{Query: "mutation { x }"}, apperr.ValidationFailed, "", ""},
		"variables":         {operation.Request{DocumentID: hash, Variables: []byte(`{"first":"x"}`)}, apperr.BadRequest, "variables.first", "whole number"},
		"unknown variable":  {operation.Request{DocumentID: hash, Variables: []byte(`{"x":1}`)}, apperr.BadRequest, "variables.x", "not known"},
		"missing variable":  {operation.Request{Query: workText}, apperr.BadRequest, "variables.slug", "required"},
		"null variable":     {operation.Request{DocumentID: hash, Variables: []byte(`{"first":null}`)}, apperr.BadRequest, "variables.first", "null"},
		"page":              {operation.Request{DocumentID: hash, Variables: []byte(`{"first":1000}`)}, apperr.BadRequest, "variables.first", "must be 1 to 100, not 1000"},
		"negative page":     {operation.Request{DocumentID: hash, Variables: []byte(`{"first":-1}`)}, apperr.BadRequest, "variables.first", "must be 1 to 100, not -1"},
		"list of variables": {operation.Request{DocumentID: hash, Variables: []byte(`[]`)}, apperr.BadRequest, "variables", "a list"},
		"text of variables": {operation.Request{DocumentID: hash, Variables: []byte(`x`)}, apperr.BadRequest, "variables", "must be valid JSON"},
		"extensions":        {operation.Request{DocumentID: hash, Extensions: []byte(`[]`)}, apperr.BadRequest, "extensions", "JSON object"},
		"broken extensions": {operation.Request{DocumentID: hash, Extensions: []byte(`{"a"`)}, apperr.BadRequest, "extensions", ""},
		"half extensions":   {operation.Request{DocumentID: hash, Extensions: []byte(`{"a":1`)}, apperr.BadRequest, "extensions", ""},
		"long extensions":   {operation.Request{DocumentID: hash, Extensions: []byte(`{} {}`)}, apperr.BadRequest, "extensions", "must end with its JSON object"},
		"twice":             {operation.Request{Extensions: []byte(`{"persistedQuery":{},"persistedQuery":{}}`)}, apperr.BadRequest, "extensions.persistedQuery.sha256Hash", ""},
		"Apollo's version":  {operation.Request{Extensions: []byte(`{"persistedQuery":{"version":2,"sha256Hash":"` + hash + `"}}`)}, apperr.BadRequest, "extensions.persistedQuery.version", "must be 1, the only version"},
		"Apollo's hash":     {operation.Request{Extensions: apollo("abc")}, apperr.BadRequest, "extensions.persistedQuery.sha256Hash", "64 digits"},
		"Apollo's object":   {operation.Request{Extensions: []byte(`{"persistedQuery":"x"}`)}, apperr.BadRequest, "extensions.persistedQuery", "JSON object"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := registry(t, nil).Parse(context.Background(), tc.req)
			require.Error(t, err)
			e := apperr.From(err)
			assert.Equal(t, tc.code, e.Code, "%v", err)
			assert.Equal(t, tc.field, e.Field)
			assert.Contains(t, e.Message, tc.want)
			assert.Equal(t, 400, e.Status())
		})
	}
}

func TestAMutationByGet(t *testing.T) {
	for _, mode := range []operation.Mode{operation.Persisted, operation.Any} {
		r := registry(t, func(c *operation.Config) { c.Mode = mode })
		for _, req := range []operation.Request{
			{Query: `mutation { x }`, Get: true},
			{Query: `query A { __typename } mutation B { x }`, OperationName: "B", Get: true},
		} {
			_, err := r.Parse(context.Background(), req)
			assert.Equal(t, 405, apperr.From(err).Status())
		}
		_, err := r.Parse(context.Background(), operation.Request{Query: `query A { __typename } mutation B { x }`, OperationName: "C", Get: true})
		assert.Equal(t, apperr.ValidationFailed, apperr.From(err).Code)
	}
}

func TestModeAny(t *testing.T) {
	verified := 0
	r := registry(t, func(c *operation.Config) {
		c.Mode, c.Remember = operation.Any, 2
		c.Verify = func(_ context.Context, op *operation.Operation) error {
			if op.Source() == operation.AdHoc {
				verified++
			}
			return nil
		}
	})
	ask := func(text, name string) operation.Question {
		t.Helper()
		q, err := r.Parse(context.Background(), operation.Request{Query: text, OperationName: name})
		require.NoError(t, err)
		return q
	}
	first := ask(otherText, "")
	assert.Equal(t, "adhoc", first.Operation.Name())
	assert.Equal(t, operation.AdHoc, first.Operation.Source())
	assert.Empty(t, first.Canonical)
	assert.Same(t, first.Operation, ask(otherText, "").Operation)
	assert.Equal(t, 1, verified)

	const several = `query A { work(id: 1) { id } } query B { work(id: 2) { id } }`
	a, b := ask(several, "A"), ask(several, "B")
	assert.NotEqual(t, a.Key, b.Key)
	assert.NotEqual(t, a.Operation.Hash(), b.Operation.Hash())
	assert.Equal(t, plan{"B"}, b.Operation.Plan())
	assert.NotSame(t, first.Operation, ask(otherText, "").Operation, "only the latest two are remembered")
	ask(`{ __schema { queryType { name } } }`, "")

	_, err := r.Parse(context.Background(), operation.Request{Query: several})
	require.ErrorContains(t, err, "several operations")
	_, err = r.Parse(context.Background(), operation.Request{Query: `query Unplannable { __typename }`})
	require.ErrorContains(t, err, "no such column")
	assert.Equal(t, operation.Shipped, ask(worksText, "").Operation.Source(), "a registered text stays that")
}

func TestParseAllocatesLittle(t *testing.T) {
	r := registry(t, nil)
	req := operation.Request{DocumentID: "sha256:" + document.ID(worksText), Variables: []byte(`{"first":50,"filter":{"year":1300}}`)}
	allocs := testing.AllocsPerRun(200, func() {
		if _, err := r.Parse(context.Background(), req); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, allocs, float64(allocationsAllowed))
}

func BenchmarkParse(b *testing.B) {
	r := registry(b, nil)
	req := operation.Request{DocumentID: "sha256:" + document.ID(worksText), Variables: []byte(`{"first":50,"filter":{"year":1300}}`)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Parse(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzParse: whatever the request, the answer is a question whose parts agree or
// a coded error that is not the server's fault.
func FuzzParse(f *testing.F) {
	hash := document.ID(worksText)
	f.Add("sha256:"+hash, "", "Works", `{"first":3}`, "")
	f.Add("", worksText, "", `{"filter":{"year":1}}`, string(apollo(hash)))
	f.Add("", "{ __typename }", "", "", `{"persistedQuery":{"version":1,"sha256Hash":""}}`)
	f.Add("x", "", "", "[]", "{}")
	r := registry(f, func(c *operation.Config) { c.Mode = operation.Any })
	f.Fuzz(func(t *testing.T, id, query, name, variables, extensions string) {
		q, err := r.Parse(context.Background(), operation.Request{
			DocumentID: id, Query: query, OperationName: name, Variables: []byte(variables), Extensions: []byte(extensions),
		})
		if err != nil {
			assert.Less(t, apperr.From(err).Status(), 500, "%v", err)
			return
		}
		_, err = operation.Values(q.Query)
		require.NoError(t, err)
		again, err := r.Parse(context.Background(), operation.Request{
			DocumentID: id, Query: query, OperationName: name, Extensions: []byte(extensions),
			Variables: []byte(operation.Canonical(q.Query)),
		})
		require.NoError(t, err)
		assert.Equal(t, q.Key, again.Key)
		assert.Equal(t, q.Canonical, again.Canonical)
	})
}
