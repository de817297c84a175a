package input_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/input"
)

const sdl = `
scalar LanguageTag
scalar CountryCode
scalar Date
scalar DateTime
scalar OnlyOut
enum Sort { TITLE NEWEST }
input Range { from: Int to: Int = 2000 }
input Filter {
  and: [Filter!] or: [Filter!] not: Filter
  year: Range = {from: 1} languages: [LanguageTag!] ids: [ID!] exact: Boolean! = false
  sort: Sort matrix: [[Int]] score: Float text: String required: Int
}
input Strict { must: Int! }
type Query {
  works(filter: Filter, sort: Sort! = TITLE, first: Int! = 20, after: String): [Work!]!
  all(i: Int, f: Float, s: String, b: Boolean, id: ID, lang: LanguageTag, country: CountryCode,
      date: Date, at: DateTime, strict: Strict, list: [Int!], ids: [ID!]!, sort: Sort): Work
}
type Work { id: ID! out: OnlyOut }
`

func schema(t testing.TB) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "test", Input: sdl})
	require.NoError(t, err)
	return s
}

func compile(t testing.TB, definitions string, uses map[string]input.Use, sized ...string) *input.Variables {
	t.Helper()
	types, err := input.New(schema(t), input.Limits{String: 100, Depth: 6, Values: 50, Bytes: 2000, Faults: 5})
	require.NoError(t, err)
	doc, err := parser.ParseQuery(&ast.Source{Input: "query Q(" + definitions + ") { x }"})
	require.NoError(t, err)
	vars, err := types.Variables(doc.Operations[0].VariableDefinitions, uses, sized)
	require.NoError(t, err)
	return vars
}

const everything = `$i: Int, $f: Float, $s: String, $b: Boolean, $id: ID, $lang: LanguageTag, $country: CountryCode,
	$date: Date, $at: DateTime, $list: [Int!], $sort: Sort, $filter: Filter, $first: Int = 20, $langs: [LanguageTag!] = ["it"]`

func TestCanonical(t *testing.T) {
	vars := compile(t, everything, nil)
	for in, want := range map[string]string{
		``: `{}`, `null`: `{}`, `{ }`: `{}`,
		`{"s":"b","i":1}`:                       `{"i":1,"s":"b"}`,
		`{"i":2e1}`:                             `{"i":20}`,
		`{"i":-0}`:                              `{"i":0}`,
		`{"i":20.0,"first":20}`:                 `{"i":20}`,
		`{"first":21}`:                          `{"first":21}`,
		`{"first":null}`:                        `{"first":null}`,
		`{"f":1}`:                               `{"f":1}`,
		`{"f":-0.0}`:                            `{"f":0}`,
		`{"f":1e3}`:                             `{"f":1000}`,
		`{"f":0.10}`:                            `{"f":0.1}`,
		`{"s":"\u0061\/\u00e9\n"}`:              `{"s":"a/é\n"}`,
		`{"s":"\ud83c\udfc3"}`:                  `{"s":"🏃"}`,
		`{"id":7}`:                              `{"id":"7"}`,
		`{"id":"7","s":null}`:                   `{"id":"7"}`,
		`{"lang":"ZH-hans"}`:                    `{"lang":"zh-Hans"}`,
		`{"country":"it"}`:                      `{"country":"IT"}`,
		`{"date":"2026-02-28"}`:                 `{"date":"2026-02-28"}`,
		`{"at":"2026-02-28T01:00:00.50+01:00"}`: `{"at":"2026-02-28T00:00:00.5Z"}`,
		`{"list":5}`:                            `{"list":[5]}`,
		`{"list":[]}`:                           `{"list":[]}`,
		`{"langs":"IT"}`:                        `{}`,
		`{"langs":["it","de"]}`:                 `{"langs":["it","de"]}`,
		`{"sort":"NEW\u0045ST"}`:                `{"sort":"NEWEST"}`,
		`{"filter":{}}`:                         `{"filter":{}}`,
		`{"filter":{"exact":false,"year":{"to":2000,"from":1},"text":null}}`: `{"filter":{}}`,
		`{"filter":{"year":null}}`:           `{"filter":{"year":null}}`,
		`{"filter":{"year":{}}}`:             `{"filter":{"year":{}}}`,
		`{"filter":{"year":{"to":null}}}`:    `{"filter":{"year":{"to":null}}}`,
		`{"filter":{"and":{"ids":3}}}`:       `{"filter":{"and":[{"ids":["3"]}]}}`,
		`{"filter":{"matrix":[[1,null],2]}}`: `{"filter":{"matrix":[[1,null],[2]]}}`,
		`{"filter":{"matrix":3}}`:            `{"filter":{"matrix":[[3]]}}`,
		`{"\u0069":1}`:                       `{"i":1}`,
	} {
		got, err := vars.Canonical(nil, nil, []byte(in))
		if assert.NoError(t, err, in) {
			assert.Equal(t, want, string(got), in)
			again, err := vars.Canonical(nil, nil, got)
			require.NoError(t, err)
			assert.Equal(t, want, string(again), in)
		}
	}
}

func TestFaults(t *testing.T) {
	vars := compile(t, everything+`, $must: Int! = 1, $strict: Strict`, map[string]input.Use{"b": {NonNull: true, Default: true}})
	for in, want := range map[string]string{
		`{"i":"1"}`:                 `variables.i must be a whole number from -2147483648 to 2147483647, not "1"`,
		`{"i":1.5}`:                 `variables.i must be a whole number`,
		`{"i":2147483648}`:          `variables.i must be a whole number`,
		`{"i":1e999}`:               `variables.i must be a whole number`,
		`{"i":true}`:                `variables.i must be a whole number`,
		`{"f":"x"}`:                 `variables.f must be a number, not "x"`,
		`{"f":1e999}`:               `variables.f must be a number, not 1e999`,
		`{"s":1}`:                   `variables.s must be a string, not 1`,
		`{"s":{}}`:                  `variables.s must be of the type String, not an object`,
		`{"s":["a"]}`:               `variables.s must be of the type String, not a list`,
		`{"s":"a\u0000b"}`:          `variables.s must be a string without the character NUL`,
		`{"s":"` + long + `"}`:      `variables.s must have 100 characters at most`,
		`{"b":1}`:                   `variables.b must be true or false, not 1`,
		`{"b":null}`:                `variables.b must be of the type Boolean, not null`,
		`{"id":1.5}`:                `variables.id must be an id`,
		`{"id":true}`:               `variables.id must be an id`,
		`{"lang":"not a tag"}`:      `variables.lang must be a BCP 47 language tag`,
		`{"lang":7}`:                `variables.lang must be a string, not 7`,
		`{"country":"XX"}`:          `variables.country must be an ISO 3166-1`,
		`{"country":"ITA"}`:         `variables.country must be an ISO 3166-1`,
		`{"date":"2026-02-30"}`:     `variables.date must be a date`,
		`{"at":"2026"}`:             `variables.at must be a time`,
		`{"list":[1,null]}`:         `variables.list[1] must be of the type Int, not null`,
		`{"list":[1,[2]]}`:          `variables.list[1] must be of the type Int, not a list`,
		`{"sort":"OLDEST"}`:         `variables.sort must be a value of the enum Sort, not "OLDEST"`,
		`{"sort":3}`:                `variables.sort must be a value of the enum Sort, not 3`,
		`{"filter":[]}`:             `variables.filter must be of the type Filter, not a list`,
		`{"filter":"x"}`:            `variables.filter must be of the type Filter, not "x"`,
		`{"filter":{"exact":null}}`: `variables.filter.exact must be of the type Boolean, not null`,
		`{"filter":{"nope":1}}`:     `variables.filter.nope is not known here`,
		`{"filter":{"and":[{"year":{"from":"x"}}]}}`: `variables.filter.and[0].year.from must be a whole number`,
		`{"strict":{}}`: `variables.strict.must is required: give a value of the type Int`,
		`{"must":null}`: `variables.must must be of the type Int, not null`,
		`{"nope":1}`:    `variables.nope is not known here`,
	} {
		_, err := vars.Canonical(nil, nil, []byte(in))
		require.Error(t, err, in)
		e := apperr.From(err)
		assert.Contains(t, e.Message, want, in)
		assert.Contains(t, []apperr.Code{apperr.BadRequest, apperr.InputLimit}, e.Code, in)
		assert.Equal(t, e.Field, e.Message[:len(e.Field)], in)
	}
}

var long = strings.Repeat("x", 101)

func TestUnreadable(t *testing.T) {
	vars := compile(t, everything, nil)
	for in, want := range map[string]string{
		`{`:                                      "BAD_REQUEST variables",
		`[]`:                                     "BAD_REQUEST variables: variables must be a JSON object, not a list",
		`"x"`:                                    "BAD_REQUEST variables",
		`true`:                                   "BAD_REQUEST variables",
		`1`:                                      "BAD_REQUEST variables",
		`{} x`:                                   "BAD_REQUEST variables",
		`{"i":1,}`:                               "BAD_REQUEST variables",
		`{i:1}`:                                  "BAD_REQUEST variables",
		`{"i":1,"i":1}`:                          "BAD_REQUEST variables.i: variables.i must be given once, not twice.",
		`{"filter":{"and":[{"ids":1,"ids":2}]}}`: "BAD_REQUEST variables.filter.and[0].ids: variables.filter.and[0].ids must be given once, not twice.",
		`{"i":1,"\u0069":1}`:                     "BAD_REQUEST variables.i: variables.i must be given once, not twice.",
		"{\"s\":\"\xff\"}":                       "BAD_REQUEST variables.s",
		`{"s":"\ud800"}`:                         "BAD_REQUEST variables.s",
		`{"s":"\udc00x"}`:                        "BAD_REQUEST variables.s",
		"{\"s\":\"a\x00b\"}":                     "BAD_REQUEST variables.s",
		`{"filter":{"not":{"not":{"not":{"not":{"not":{"not":{}}}}}}}}`: "INPUT_LIMIT variables: variables must nest 6 levels at most.",
		`{"list":[` + strings.Repeat("1,", 60) + `1]}`:                  "INPUT_LIMIT variables: variables must have 50 values at most.",
		`{"s":"` + strings.Repeat("x", 2000) + `"}`:                     "INPUT_LIMIT variables: variables must have 2000 bytes at most, not 2008.",
	} {
		_, err := vars.Canonical(nil, nil, []byte(in))
		require.Error(t, err, in)
		assert.Contains(t, err.Error(), want, in)
	}
}

func TestEveryFaultAtOnce(t *testing.T) {
	vars := compile(t, everything+", $need: Int!", nil)
	_, err := vars.Canonical(nil, nil, []byte(`{"i":"a","s":2,"filter":{"sort":"X","nope":1}}`))
	fields := []string{}
	for _, e := range apperr.All(err) {
		fields = append(fields, e.Field)
	}
	assert.Equal(t, []string{
		"variables.filter.sort", "variables.filter.nope", "variables.i", "variables.need", "variables.s",
	}, fields)
	_, err = vars.Canonical(nil, nil, []byte(`{"a":1,"c":1,"d":1,"e":1,"g":1,"h":1,"j":1}`))
	assert.Len(t, apperr.All(err), 5, "no more than the limit")
}

func TestNullWhereADefaultStandsIn(t *testing.T) {
	vars := compile(t, "$a: Int, $b: Int", map[string]input.Use{"a": {Default: true}})
	got, err := vars.Canonical(nil, nil, []byte(`{"a":null,"b":null}`))
	require.NoError(t, err)
	assert.Equal(t, `{"a":null}`, string(got), "null is no request for the default")
}

func TestValues(t *testing.T) {
	vars := compile(t, everything, nil)
	got, err := vars.Canonical(nil, nil, []byte(
		`{"i":3,"f":2,"b":true,"id":7,"sort":"TITLE","list":1,"filter":{"not":{"year":{"to":5}},"matrix":[[null]]}}`))
	require.NoError(t, err)
	values, err := vars.Values(got)
	require.NoError(t, err)
	year := map[string]any{"from": int64(1), "to": int64(2000)}
	assert.Equal(t, map[string]any{
		"i": int64(3), "f": float64(2), "b": true, "id": "7", "sort": "TITLE", "list": []any{int64(1)},
		"first": int64(20), "langs": []any{"it"},
		"filter": map[string]any{
			"exact": false, "year": year, "matrix": []any{[]any{nil}},
			"not": map[string]any{"exact": false, "year": map[string]any{"to": int64(5)}},
		},
	}, values)
	_, err = vars.Values([]byte(`{"filter":3}`))
	require.Error(t, err)
	_, err = vars.Values([]byte(`{`))
	require.Error(t, err)
}

func TestSizes(t *testing.T) {
	vars := compile(t, "$first: Int = 20, $ids: [ID!], $n: Int!, $x: String", nil, "n", "first", "ids")
	assert.Equal(t, []int{input.NoSize, 20, input.NoSize}, vars.DefaultSizes())
	assert.Equal(t, 4, vars.Len())
	sizes := make([]int, 3)
	_, err := vars.Canonical(nil, sizes, []byte(`{"n":5e1,"ids":["a","b"]}`))
	require.NoError(t, err)
	assert.Equal(t, []int{50, 20, 2}, sizes)
	_, err = vars.Canonical(nil, sizes, []byte(`{"n":1,"ids":"a","first":3}`))
	require.NoError(t, err)
	assert.Equal(t, []int{1, 3, 1}, sizes)
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	for sdl, want := range map[string]string{
		`scalar Odd type Query { f(o: Odd): Int }`:                          "scalar Odd is an argument's type and has no reader",
		`input I { d: Int = 3000000000 } type Query { f(i: I): Int }`:       "default of I.d",
		`scalar Date input I { d: Date = "x" } type Query { f(i: I): Int }`: "default of I.d",
	} {
		s, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
		require.NoError(t, err)
		_, err = input.New(s, input.Limits{})
		require.ErrorContains(t, err, want)
	}
	s, err := gqlparser.LoadSchema(&ast.Source{Input: `scalar Odd type Query { f(o: Odd): Int }`})
	require.NoError(t, err)
	upper := input.Text(func(s string) (string, error) { return strings.ToUpper(s), nil })
	_, err = input.New(s, input.Limits{}, input.WithScalar("Odd", upper))
	require.NoError(t, err)
}

func TestReadingAllocatesLittle(t *testing.T) {
	vars := compile(t, "$slug: String, $first: Int = 20, $sort: Sort = TITLE", nil)
	dst := make([]byte, 0, 256)
	text := []byte(`{"slug":"divina-commedia","first":50,"sort":"NEWEST"}`)
	allocs := testing.AllocsPerRun(200, func() {
		_, err := vars.Canonical(dst, nil, text)
		require.NoError(t, err)
	})
	t.Logf("%.1f allocations", allocs)
	assert.LessOrEqual(t, allocs, float64(allocationsAllowed))
}

func BenchmarkCanonical(b *testing.B) {
	vars := compile(b, "$slug: String, $first: Int = 20, $lang: LanguageTag", nil)
	dst := make([]byte, 0, 256)
	text := []byte(`{"slug":"divina-commedia","first":50,"lang":"en"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vars.Canonical(dst, nil, text); err != nil {
			b.Fatal(err)
		}
	}
}
