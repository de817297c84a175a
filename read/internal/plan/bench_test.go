package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read"
)

// BenchmarkBind is what writing the statement adds to a miss.
func BenchmarkBind(b *testing.B) {
	for name, vars := range map[string]map[string]any{
		"WorkPage": {"slug": "inferno", "language": "en", "translations": int64(50)},
		"Works": {"sort": "TITLE", "first": int64(20), "count": false, "filter": map[string]any{
			"originalLanguage": []any{"it"}, "literatureType": []any{"POETRY"}, "year": map[string]any{"from": int64(1300), "to": int64(1400)}}},
	} {
		text, err := read.Operations.ReadFile("operations/" + name + ".graphql")
		require.NoError(b, err)
		doc, errs := gqlparser.LoadQueryWithRules(schema, string(text), rules.NewDefaultRules())
		require.Empty(b, errs)
		p, err := compiler.Compile(doc.Operations[0])
		require.NoError(b, err)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Bind(vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
