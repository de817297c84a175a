package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestVariablesThatDoNotFit: what is wrong is said as the read service says it, with
// the place, and all of it at once.
func TestVariablesThatDoNotFit(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	user := w.User(identity.Reader)
	for name, c := range map[string]struct {
		input any
		field string
		says  string
	}{
		"null":      {nil, "", "must be of the type CreateCollectionInput, not null"},
		"a list":    {[]any{1}, "", "must be of the type CreateCollectionInput, not a list"},
		"a type":    {map[string]any{"title": 1, "visibility": "PUBLIC"}, ".title", "must be a string, not 1"},
		"an enum":   {map[string]any{"title": "x", "visibility": "NOBODY"}, ".visibility", `must be a value of the enum CollectionVisibility, not "NOBODY"`},
		"its case":  {map[string]any{"title": "x", "visibility": "public"}, ".visibility", `must be a value of the enum CollectionVisibility, not "public"`},
		"a field":   {map[string]any{"title": "x", "visibility": "PUBLIC", "owner": "me"}, ".owner", "is not known here: no variable or field of this name is defined"},
		"missing":   {map[string]any{"visibility": "PUBLIC"}, ".title", "is required: give a value of the type String"},
		"NUL":       {map[string]any{"title": "a\x00b", "visibility": "PUBLIC"}, ".title", `must be a string without the character NUL, not "a\u0000b"`},
		"surrogate": {map[string]any{"title": "\ufffd", "visibility": "PUBLIC"}, ".title", `must be a string in valid Unicode, without U+FFFD, not "` + "\ufffd" + `"`},
	} {
		r := d.post(user, shipped(t, "CreateCollection"), map[string]any{"input": c.input})
		require.Equal(t, http.StatusBadRequest, r.status, name)
		require.Len(t, r.body.Errors, 1, name)
		e := r.body.Errors[0]
		require.Equal(t, "BAD_REQUEST", e.Extensions.Code, name+r.text)
		require.Equal(t, "variables.input"+c.field, e.Extensions.Field, name+r.text)
		require.Equal(t, "variables.input"+c.field+" "+c.says+".", e.Message, name)
		require.Equal(t, "the-request", e.Extensions.RequestID, name)
		plain := d.post(user, shipped(t, "CreateCollection"), map[string]any{"input": c.input}, "Accept", "application/json")
		require.Equal(t, http.StatusOK, plain.status, "a document that does not fit is a 200 in the older media type")
	}
	r := d.post(user, shipped(t, "CreateCollection"), nil)
	require.Equal(t, "variables.input is required: give a value of the type CreateCollectionInput.", r.body.Errors[0].Message)
	r = d.post(user, shipped(t, "CreateCollection"), map[string]any{"input": map[string]any{"title": 1, "visibility": 2, "owner": 3}, "more": 4})
	require.Len(t, r.body.Errors, 4, r.text)
}

// TestScalarsThatDoNotFit are those that the services read each in its way.
func TestScalarsThatDoNotFit(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, func(cfg *api.Config) { cfg.Documents = documents(t, true) })
	for name, c := range map[string]struct{ of, value, says string }{
		"an id":        {"ID", `"mine"`, `must be an id that this service gave, such as work_01h455vb4pex5vsknk084sn02q, not "mine"`},
		"an integer":   {"ID", `7`, "must be a string, not 7"},
		"a number":     {"Int", `"7"`, `must be a whole number from -2147483648 to 2147483647, without a fraction or an exponent, not "7"`},
		"a fraction":   {"Int", `7.0`, "must be a whole number from -2147483648 to 2147483647, without a fraction or an exponent, not 7.0"},
		"a language":   {"LanguageTag", `"x y"`, `must be a BCP 47 language tag such as "it" or "zh-Hans", not "x y"`},
		"a date":       {"Date", `"2026-02-30"`, `must be a date such as "2026-01-31", not "2026-02-30"`},
		"an object":    {"JSONObject", `["a"]`, "must be of the type JSONObject, not a list"},
		"text":         {"JSONObject", `"a"`, `must be of the type JSONObject, not "a"`},
		"NUL in it":    {"JSONObject", `{"a":[{"b":"\u0000"}]}`, "must be an object without the character NUL in its text"},
		"NUL in names": {"JSONObject", `{"a":{"\u0000":1}}`, "must be an object without the character NUL in its text"},
	} {
		r := d.post(w.User(identity.Admin), uses[c.of], map[string]any{"v": json.RawMessage(c.value)})
		require.Equal(t, "BAD_REQUEST", r.code(), name+r.text)
		require.Equal(t, "variables.v "+c.says+".", r.body.Errors[0].Message, name)
		require.Equal(t, "variables.v", r.body.Errors[0].Extensions.Field, name)
	}
}

// uses has a document for a variable $v of each type.
var uses = map[string]string{
	"ID":          "query($v: ID!) { contribution(id: $v) { id } }",
	"Int":         "query($v: Int) { viewerLikes(first: $v) { nodes { __typename } } }",
	"LanguageTag": "query($v: LanguageTag) { reviewQueue(language: $v) { nodes { id } } }",
	"Date":        "query($v: Date!) { workAnalytics(workId: \"work_01h455vb4pex5vsknk084sn02q\", from: $v, to: $v, grain: DAY) { __typename } }",
	"JSONObject":  "mutation($v: JSONObject!) { createSearchPreset(input: {name: \"x\", filter: $v, mode: TEXT}) { userErrors { code } } }",
}

// TestFaultsOfDocuments have code and place, and say what is known.
func TestFaultsOfDocuments(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	for query, says := range map[string]string{
		"{ viewer { nme } }":                           "Cannot query field \"nme\" on type",
		"{ viewer(id: 1) { id } }":                     "Unknown argument \"id\" on field \"Query.viewer\"",
		"{ viewerLikes(first: \"x\") { totalCount } }": "Int cannot represent non-integer value: \"x\"",
		"mutation { createCollection(input: {title: \"x\", visibility: NOBODY}) { userErrors { code } } }": "Value \"NOBODY\" does not exist in \"CollectionVisibility!\" enum.",
		"{ contribution(id: \"mine\") { id } }": "Expected an id that this service gave, such as work_01h455vb4pex5vsknk084sn02q, found \"mine\".",
	} {
		r := d.post(w.User(identity.Editor), query, nil)
		require.Equal(t, http.StatusBadRequest, r.status, query)
		require.Equal(t, "GRAPHQL_VALIDATION_FAILED", r.code(), r.text)
		require.Contains(t, r.body.Errors[0].Message, says)
		require.Contains(t, r.text, `"locations":[{"line":1,"column":`)
		require.Contains(t, r.text, `"requestId":"the-request"`)
	}
}

// TestALongTextIsRead: the bounds of variables are those of the largest body.
func TestALongTextIsRead(t *testing.T) {
	w := writetest.New(t)
	d := open(t, w, nil)
	lines := make([]map[string]any, 30_000)
	for i := range lines {
		lines[i] = map[string]any{"content": strings.Repeat("word ", 10), "kind": "VERSE"}
	}
	lines[29_999]["kind"] = "SONG"
	r := d.post(w.User(identity.Editor), shipped(t, "SetText"), map[string]any{"input": map[string]any{
		"expressionId": "expr_01h455vb4pex5vsknk084sn02q", "expectedRevision": 0, "lines": lines,
	}})
	require.Equal(t, `variables.input.lines[29999].kind must be a value of the enum LineKind, not "SONG".`, r.body.Errors[0].Message)
}
