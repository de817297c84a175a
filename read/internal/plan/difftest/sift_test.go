package difftest_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read/internal/libtest"
	"github.com/tercul/tercul/read/internal/plan"
)

// sifted are filters of which some rows of the sample lie within a stretch of
// their list and some behind it: those that have a lane or a start, that single
// rows out, and that are nested.
var sifted = map[string][]string{
	"works": {
		`literatureType: [POETRY]`, `originalLanguage: ["it"]`, `originalLanguage: ["zh"]`, `originalLanguage: ["en", "fr"]`,
		`year: {from: 1300}`, `year: {from: 1300, to: 1850}`, `year: {to: 1800}`, `year: {from: 1820}, originalLanguage: ["en"]`,
		`titlePrefix: "t"`, `titlePrefix: "so"`, `minTranslations: 2`, `minTranslations: 60`, `rights: [OPEN], translatedInto: ["en"]`,
		`or: [{tag: ["love"]}, {originalLanguage: ["de"]}]`, `literatureType: [POETRY], not: {originalLanguage: ["en"]}`,
	},
	"translations": {
		`language: ["en"]`, `language: ["de", "fr"]`, `form: [VERSE]`, `year: {from: 1850}`, `year: {to: 1900}`, `minQuality: 1`, `relay: false`, `aligned: true`,
	},
	"authors": {`language: ["en"]`, `lived: {from: 1700}`, `minWorks: 1`},
	"tags":    {`kind: [THEME, PERIOD]`},
}

// TestListsAreTheSameHoweverFarTheyAreRead walks filtered lists with stretches so
// short that pages end within one, at its end and behind it.
func TestListsAreTheSameHoweverFarTheyAreRead(t *testing.T) {
	ctx := context.Background()
	pool := libtest.Pool(t)
	sorts := map[string]string{"works": "WorkSort", "translations": "TranslationSort", "authors": "AuthorSort", "tags": "TagSort"}
	for field, filters := range sifted {
		for _, sort := range schema.Types[sorts[field]].EnumValues {
			for _, filter := range filters {
				text := field + `(sort: ` + sort.Name + `, first: 5, after: $after, filter: {` + filter + `})`
				want := walk(ctx, t, pool, compiler, text)
				for _, rows := range []int{1, 7} {
					require.Equal(t, want, walk(ctx, t, pool, compiler.WithStretch(rows), text), "%s with a stretch of %d", text, rows)
				}
			}
		}
	}
}

// walk gives the ids of a list, page by page.
func walk(ctx context.Context, t *testing.T, pool *pgxpool.Pool, c *plan.Compiler, list string) []string {
	t.Helper()
	doc, errs := gqlparser.LoadQueryWithRules(schema, `query W($after: String) { list: `+list+` { nodes { id } pageInfo { hasNextPage endCursor } } }`, rules.NewDefaultRules())
	require.Empty(t, errs, list)
	ids, vars := []string{}, map[string]any{}
	for {
		var page struct {
			List struct {
				Nodes    []struct{ ID string }
				PageInfo struct {
					HasNextPage bool
					EndCursor   *string
				}
			}
		}
		require.NoError(t, json.Unmarshal([]byte(compiled(ctx, t, pool, c, doc, vars)), &page))
		for _, n := range page.List.Nodes {
			ids = append(ids, n.ID)
		}
		if !page.List.PageInfo.HasNextPage {
			return ids
		}
		vars["after"] = *page.List.PageInfo.EndCursor
	}
}
