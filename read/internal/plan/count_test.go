package plan_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Counts move with every publication. Only answers that show one, or are ordered by one, are purged by that.
func TestOnlyAnswersWithCountsBearTheTagsOfCounts(t *testing.T) {
	for document, want := range map[string][]string{
		`{ work(slug: "w") { originalLanguage { name } tags { name } categories { name } } }`: {"ref"},
		`{ work(slug: "w") { originalLanguage { name workCount } } }`:                         {"count:language", "ref"},
		`{ work(slug: "w") { tags { usageCount } categories { workCount } } }`:                {"count:cat", "count:tag"},
		`{ tags(sort: USAGE) { nodes { name } } }`:                                            {"count:tag", "list:tag"},
		`{ languages { name } }`: {"count:language", "ref"},
		`{ translations { nodes { language { translationCount } } } }`: {"count:language", "list:expr", "ref"},
	} {
		require.Equal(t, want, compile(t, document).Tags, document)
	}
}
