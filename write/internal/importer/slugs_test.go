package importer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/ids"
)

// TestNamesOfSymbolsHaveAnAddress: what has no letter that can be romanised is called
// by its kind and a part of its id, the same in every import, and never the same as
// another.
func TestNamesOfSymbolsHaveAnAddress(t *testing.T) {
	b := newBase(t)
	l := library{
		"authors.jsonl": {`{"id":"…","names":[{"language":"en","name":"???"}],"birth":"0000","death":"0040"}`},
		"works.jsonl": {
			`{"id":"☆","title":"* * *","author_ids":["…"],"original_language":"ru","literature_type":"poetry","created":"-0001/0000"}`,
			`{"id":"☆☆","title":"* * *","author_ids":["…"],"original_language":"ru","literature_type":"poetry"}`,
		},
	}
	b.load(l)
	short := func(kind, id string) string { return ids.For(kind, id).String()[:8] }
	want := []string{"person-" + short(ids.Person, "…"), "work-" + short(ids.Work, "☆"), "work-" + short(ids.Work, "☆☆")}
	require.ElementsMatch(t, want, b.list("SELECT slug FROM core.slugs WHERE kind IN ('PERSON', 'WORK')"))
	require.False(t, b.load(l).Changed)
	require.Equal(t, "-1|40", b.one("SELECT birth_year || '|' || death_year FROM view.person WHERE birth_year IS NOT NULL"), "EDTF counts with a year 0, the library without")
	require.Equal(t, "-2|-1", b.one("SELECT year_from || '|' || year_to FROM view.work WHERE year_from IS NOT NULL"))
	require.Empty(t, strings.Join(b.list("SELECT slug FROM core.slugs WHERE slug LIKE 'untitled%'"), " "))
}
