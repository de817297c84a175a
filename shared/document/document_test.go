package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
)

const sdl = `
directive @cost(weight: Int!) on FIELD_DEFINITION
directive @listSize(assumed: Int, argument: String, max: Int) on FIELD_DEFINITION
scalar LanguageTag
type Query {
  work(id: ID, language: LanguageTag): Work
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]! @listSize(argument: "ids", max: 50)
  works(first: Int! = 20, sort: Sort = TITLE): WorkConnection! @listSize(argument: "first", max: 100)
  rows(first: Int): WorkConnection! @cost(weight: 50) @listSize(argument: "first", max: 100)
  flat(first: Int = 90): WorkConnection! @cost(weight: 50)
  open(first: Int): WorkConnection!
  free(first: Int): [Work!]!
  random(seed: Int!): Work @cost(weight: 10)
  sized(first: Int): [Work!]! @listSize(assumed: 7)
}
enum Sort { TITLE }
interface Node { id: ID! }
type WorkConnection { edges: [WorkEdge!]! nodes: [Work!]! pageInfo: PageInfo! totalCount: Int @cost(weight: 5) }
type WorkEdge { cursor: String! node: Work! }
type PageInfo { hasNextPage: Boolean! }
type Work implements Node {
  id: ID! title(language: LanguageTag): String! authors: [Author!]! @listSize(assumed: 2)
  translations(first: Int! = 10): WorkConnection! tags: [Author!]! next: Work
}
type Author implements Node { id: ID! name: String! works(first: Int! = 5): [Work!]! }
type Mutation { noop: Boolean }
`

func checker(t testing.TB) *document.Checker {
	t.Helper()
	schema, err := document.Schema("test.graphql", sdl)
	require.NoError(t, err)
	c, err := document.NewChecker(schema, document.Limits{})
	require.NoError(t, err)
	return c
}

func TestLoad(t *testing.T) {
	doc, err := checker(t).Load(`query Works($n: Int = 3) { works(first: $n) { nodes { id title } } }`, document.Options{Single: true})
	require.NoError(t, err)
	assert.Equal(t, "Works", doc.Name)
	assert.True(t, document.IsID(doc.ID))
	assert.Equal(t, document.ID(doc.Text), doc.ID)
	assert.Equal(t, 3, doc.Depth)
	assert.Equal(t, 4, doc.Fields)
	assert.Equal(t, 3, doc.Cost)
	assert.Equal(t, 1, doc.Sized())
	assert.Equal(t, 1, doc.Variables.Len())
}

func TestCost(t *testing.T) {
	c := checker(t)
	for text, want := range map[string]int{
		`{ __typename }`:                                                                      0,
		`{ work(id: 1) { id title } }`:                                                        1,
		`{ work(id: 1) { authors { name } } }`:                                                1 + 2,
		`{ work(id: 1) { tags { name } } }`:                                                   1 + 1,
		`{ works { nodes { id } } }`:                                                          20,
		`{ works { edges { cursor node { id } } pageInfo { hasNextPage } } }`:                 20,
		`{ works { totalCount } }`:                                                            5,
		`{ works(first: 100) { nodes { authors { name } } } }`:                                100 * (1 + 2),
		`{ works(first: 3) { nodes { translations(first: 4) { nodes { id } } } } }`:           3 * (1 + 4),
		`{ works(first: 3) { nodes { translations { edges { node { id } } } } } }`:            3 * (1 + 10),
		`query($n: Int!) { works(first: $n) { nodes { id } } }`:                               20,
		`query($n: Int! = 9) { works(first: $n) { nodes { id } } }`:                           9,
		`{ rows { nodes { id } } }`:                                                           50 + 100,
		`query($n: Int) { rows(first: $n) { nodes { id } } }`:                                 50 + 100,
		`{ rows(first: null) { nodes { id } } }`:                                              50 + 100,
		`{ rows(first: 3) { nodes { id } } }`:                                                 50 + 3,
		`{ flat { nodes { id } } }`:                                                           50 + 1,
		`{ open { nodes { id } } }`:                                                           100,
		`{ open(first: 3) { nodes { id } } }`:                                                 3,
		`{ free(first: 3) { id } }`:                                                           3,
		`{ sized(first: 3) { id } }`:                                                          7,
		`{ random(seed: 1) { id } }`:                                                          11,
		`{ nodes(ids: ["a", "b"]) { id } }`:                                                   2,
		`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`:                                     50,
		`{ node(id: 1) { id ... on Work { authors { name } } ... on Author { name } } }`:      1 + 2,
		`{ node(id: 1) { ... on Work { authors { name } } ... on Author { works { id } } } }`: 1 + 5,
		`{ work(id: 1) { authors { name } authors { id } ...F } } fragment F on Work { authors { name } next { id } }`: 1 + 2 + 1,
		`{ work(id: 1) { ...F ...F } } fragment F on Node { id ... on Work { next { id } } }`:                          1 + 1,
	} {
		doc, err := c.Load(text, document.Options{})
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, doc.Cost, text)
		}
	}
}

func TestCostFollowsTheVariables(t *testing.T) {
	doc, err := checker(t).Load(`query($n: Int! = 2, $m: Int!, $ids: [ID!]) {
		works(first: $n) { nodes { translations(first: $m) { nodes { id } } } } rows(first: $m) { totalCount }
		nodes(ids: ["x"]) { id } }`, document.Options{})
	require.Error(t, err, "$ids is unused")
	require.Nil(t, doc)
	doc, err = checker(t).Load(`query($n: Int! = 2, $m: Int!, $ids: [ID!]!) {
		works(first: $n) { nodes { translations(first: $m) { nodes { id } } } } nodes(ids: $ids) { id } }`, document.Options{})
	require.NoError(t, err)
	for in, want := range map[string]string{
		`{"m":4,"ids":["a"]}`:          "",
		`{"m":0,"ids":["a"]}`:          "BAD_REQUEST variables.m: variables.m must be at least 1, not 0: it is first of translations.",
		`{"m":-1,"ids":["a"]}`:         "BAD_REQUEST variables.m: variables.m must be at least 1, not -1: it is first of translations.",
		`{"m":4,"n":101,"ids":[]}`:     "BAD_REQUEST variables.n: variables.n must be 1 to 100, not 101: it is first of works.; BAD_REQUEST variables.ids: variables.ids must have 1 to 50 items, not 0: it is ids of nodes.",
		`{"m":50,"n":100,"ids":["a"]}`: "COST_LIMIT: The query costs 5101; 1000 is allowed. Ask for fewer items, or for less of each.",
		`{"m":2000000000,"ids":["a"]}`: "COST_LIMIT: The query costs 4000000003; 1000 is allowed. Ask for fewer items, or for less of each.",
	} {
		sizes := make([]int, doc.Sized())
		_, err := doc.Variables.Canonical(nil, sizes, []byte(in))
		require.NoError(t, err)
		if err = doc.Check(sizes); want == "" {
			assert.NoError(t, err, in)
			assert.Equal(t, 2*(1+4)+1, doc.CostOf(sizes))
			continue
		}
		assert.EqualError(t, err, want, in)
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("{ next ", 10) + "{ id }" + strings.Repeat(" }", 10)
	var many strings.Builder
	for i := range 31 {
		fmt.Fprintf(&many, "a%d: __typename ", i)
	}
	var bomb strings.Builder
	for i := range 30 {
		fmt.Fprintf(&bomb, "fragment F%d on Work { a%d: next { ...F%d } b%d: next { ...F%d } } ", i, i, i+1, i, i+1)
	}
	for name, tc := range map[string]struct {
		text string
		code apperr.Code
		want string
		at   int // line of the first location, 0 for none
	}{
		"empty":             {"", apperr.ParseFailed, "no operation", 0},
		"syntax":            {"{ work(", apperr.ParseFailed, "Syntax error", 1},
		"second line":       {"{\n work(:) }", apperr.ParseFailed, "Syntax error", 2},
		"schema text":       {"type A { b: Int }", apperr.ParseFailed, "Syntax error", 1},
		"not UTF-8":         {"{ a\xff }", apperr.ParseFailed, "UTF-8", 0},
		"NUL":               {"{ a\x00 }", apperr.ParseFailed, "UTF-8", 0},
		"only fragments":    {"fragment F on Work { id }", apperr.ParseFailed, "no operation", 0},
		"too long":          {"{ " + strings.Repeat(" ", 70000) + " }", apperr.InputLimit, "longer", 0},
		"too many tokens":   {"{ " + strings.Repeat("a ", 11000) + " }", apperr.InputLimit, "token limit", 0},
		"too nested":        {strings.Repeat("{a", 1100), apperr.InputLimit, "nesting", 1},
		"unknown field":     {"{ nope }", apperr.ValidationFailed, `Cannot query field "nope"`, 1},
		"unknown argument":  {"{ work(x: 1) { id } }", apperr.ValidationFailed, `Unknown argument "x"`, 1},
		"unused variable":   {"query($a: Int) { __typename }", apperr.ValidationFailed, "never used", 1},
		"no selection":      {"{ work(id: 1) }", apperr.ValidationFailed, "must have a selection", 1},
		"fragment cycle":    {"{ work(id: 1) { ...F } } fragment F on Work { ...F }", apperr.ValidationFailed, "itself", 1},
		"conflict":          {"{ work(id: 1) { id } work(id: 2) { id } }", apperr.ValidationFailed, "conflict", 1},
		"defer":             {"{ ... @defer { __typename } }", apperr.ValidationFailed, "@defer", 1},
		"fragment variable": {"{ work(id: 1) { ...F } } fragment F($a: Int) on Work { id }", apperr.ValidationFailed, "variables", 1},
		"subscription":      {"subscription { x }", apperr.ValidationFailed, "", 1},
		"bad tag":           {`{ work(language: "no tag") { id } }`, apperr.ValidationFailed, "BCP 47", 1},
		"bad tag type":      {`{ work(language: 3) { id } }`, apperr.ValidationFailed, "a string", 1},
		"bad nested tag":    {`{ work(id: 1) { title(language: "x y") } }`, apperr.ValidationFailed, "BCP 47", 1},
		"bad default":       {`query($l: LanguageTag = "x y") { work(language: $l) { id } }`, apperr.ValidationFailed, "BCP 47", 1},
		"Int too large":     {`{ works(first: 3000000000) { totalCount } }`, apperr.ValidationFailed, "whole number", 1},
		"NUL in string":     {`{ work(id: "\u0000") { id } }`, apperr.ValidationFailed, "NUL", 1},
		"lone surrogate":    {`{ work(id: "\ud800") { id } }`, apperr.ValidationFailed, "surrogate", 1},
		"introspection":     {"{ __schema { description } }", apperr.ValidationFailed, "Introspection", 1},
		"too deep":          {"{ work(id: 1) " + deep + " }", apperr.CostLimit, "more than 10 fields deep", 1},
		"too many aliases":  {"{ " + many.String() + " }", apperr.CostLimit, "31 aliases", 0},
		"page too large":    {"{\n works(first: 101) { totalCount } }", apperr.BadRequest, "works.first must be 1 to 100, not 101", 2},
		"page too small":    {"{ works(first: 0) { totalCount } }", apperr.BadRequest, "works.first must be 1 to 100", 1},
		"negative page":     {"{ works(first: -1) { totalCount } }", apperr.BadRequest, "works.first must be 1 to 100", 1},
		"no ids":            {"{ nodes(ids: []) { id } }", apperr.BadRequest, "nodes.ids must have 1 to 50 items, not 0", 1},
		"too dear": {"{ works(first: 100) { nodes { translations(first: 50) { nodes { id } } } } }",
			apperr.CostLimit, "costs 5100", 0},
		"fragment bomb": {"{ work(id: 1) { ...F0 } } " + bomb.String() + " fragment F30 on Work { id }", apperr.CostLimit, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			doc, err := checker(t).Load(tc.text, document.Options{})
			require.Error(t, err)
			require.Nil(t, doc)
			e := apperr.From(err)
			assert.Equal(t, tc.code, e.Code)
			assert.Contains(t, e.Message, tc.want)
			if tc.at > 0 {
				require.NotEmpty(t, e.Locations)
				assert.Equal(t, tc.at, e.Locations[0].Line)
			}
		})
	}
}

func TestOperations(t *testing.T) {
	c := checker(t)
	const several = `query A($n: Int!) { works(first: $n) { nodes { ...F } } }
		query B { work(id: 1) { ...F } }  query C($n: Int = 4) { works(first: $n) { nodes { ...G } } }
		fragment F on Work { id } fragment G on Work { title translations(first: $n) { totalCount } }`
	_, err := c.Load(several, document.Options{Single: true})
	require.ErrorContains(t, err, "GRAPHQL_VALIDATION_FAILED: A persisted document holds one operation")
	_, err = c.Load(several, document.Options{})
	require.ErrorContains(t, err, "BAD_REQUEST operationName: operationName must say which")
	_, err = c.Load(several, document.Options{Operation: "D"})
	require.ErrorContains(t, err, `BAD_REQUEST operationName: operationName must name an operation of the document, not "D"`)
	_, err = c.Load(`{ __typename }`, document.Options{Operation: "D"})
	require.ErrorContains(t, err, `must name an operation of the document, not "D"`)
	doc, err := c.Load(several, document.Options{Operation: "C"})
	require.NoError(t, err)
	assert.True(t, doc.Several)
	require.Len(t, doc.Query.Operations, 1)
	require.Len(t, doc.Query.Fragments, 1)
	assert.Equal(t, "G", doc.Query.Fragments[0].Name)
	assert.Equal(t, 1, doc.Sized())
	arg := doc.Query.Fragments[0].SelectionSet[1].(*ast.Field).Arguments[0]
	assert.Same(t, doc.Operation.VariableDefinitions[0], arg.Value.VariableDefinition)
}

func TestIntrospectionIsFreeAndDeep(t *testing.T) {
	doc, err := checker(t).Load(`{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType {
		ofType { ofType { name } } } } } } } } } } } __typename }`, document.Options{Introspection: true})
	require.NoError(t, err)
	assert.Zero(t, doc.Cost)
	assert.Equal(t, 1, doc.Depth)
	_, err = checker(t).Load(`{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
		document.Options{Introspection: true})
	require.ErrorContains(t, err, "introspection depth")
}

func TestSchema(t *testing.T) {
	_, err := document.Schema("s.graphql", "type Query {\n a: Nope }")
	require.ErrorContains(t, err, "s.graphql:2:")
	schema, err := document.Schema("s.graphql", `"d" type Query { "d" a("d" x: Int, y: Int): E } "d" enum E { A }`)
	require.NoError(t, err)
	assert.Equal(t, []string{"E.A", "Query.a(y:)"}, document.Undescribed(schema))
	odd, err := document.Schema("s.graphql", `scalar Odd type Query { a(x: Odd): Int }`)
	require.NoError(t, err)
	_, err = document.NewChecker(odd, document.Limits{})
	require.ErrorContains(t, err, "Odd")
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{
		`{ __typename }`, `query A($n: Int = 3) { works(first: $n) { nodes { id } } }`, `{ node(id: 1) { ...F } } fragment F on Work { id }`,
		`{ work(language: "x") { id } }`, `query($i: [ID!]!) { nodes(ids: $i) { id } }`, `{ a: works { edges { node { id } } } }`,
	} {
		f.Add(s)
	}
	c := checker(f)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := c.Load(text, document.Options{})
		if err != nil {
			assert.NotEqual(t, apperr.Internal, apperr.From(err).Code, "%v", err)
			return
		}
		assert.LessOrEqual(t, doc.Cost, 1000)
		assert.LessOrEqual(t, doc.Depth, 10)
	})
}

func TestCheckOfVariables(t *testing.T) {
	doc, err := checker(t).Load("query($n: Int = 2, $ids: [ID!]!) { works(first: $n) { nodes { id } } nodes(ids: $ids) { id } }", document.Options{})
	require.NoError(t, err)
	for name, c := range map[string]struct{ variables, problem string }{
		"defaults":     {`{"ids":["a"]}`, ""},
		"given":        {`{"n":100,"ids":["a"]}`, ""},
		"null":         {`{"n":null,"ids":["a"]}`, "variables.n must be of the type Int, not null"},
		"too many":     {`{"n":101,"ids":["a"]}`, "variables.n must be 1 to 100"},
		"none":         {`{"n":0,"ids":["a"]}`, "variables.n must be 1 to 100"},
		"a fraction":   {`{"n":1.5,"ids":["a"]}`, "variables.n must be a whole number"},
		"more than 32": {`{"n":4294967297,"ids":["a"]}`, "variables.n must be a whole number"},
		"no items":     {`{"ids":[]}`, "variables.ids must have 1 to 50 items"},
		"another type": {`{"n":"x","ids":["a"]}`, "variables.n must be a whole number"},
	} {
		sizes := make([]int, doc.Sized())
		_, err := doc.Variables.Canonical(nil, sizes, []byte(c.variables))
		if err == nil {
			err = doc.Check(sizes)
		}
		if c.problem == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorContains(t, err, c.problem, name)
	}
}
