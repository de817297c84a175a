package verse_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/analysis/verse"
)

func TestEnding(t *testing.T) {
	for word, want := range map[string]string{
		"oscura": "ura", "dura": "ura", "smarrita": "ita", "vita": "ita", "night": "ight", "bright": "ight", "love": "ove",
		"sea": "ea", "virtù": "irtu", "правил": "ил", "заставил": "ил", "занемог": "ог", "мог": "ог", "été": "ete", "brr": "brr", "": "", "δρόμο": "ομο", "pie": "ie", "paura": "ura", "away": "ay", "day": "ay", "morte": "orte", "a": "a",
	} {
		require.Equal(t, want, verse.Ending(word), word)
	}
}

func scheme(words ...string) string {
	endings := make([]string, len(words))
	for i, w := range words {
		endings[i] = verse.Ending(w)
	}
	return verse.Scheme(endings)
}

func TestScheme(t *testing.T) {
	require.Equal(t, "A-A", scheme("vita", "oscura", "smarrita"))
	require.Equal(t, "ABAB", scheme("правил", "занемог", "заставил", "мог"))
	require.Equal(t, "AABB", scheme("bright", "night", "day", "away"))
	require.Equal(t, "", scheme())
	many := make([]string, 0, 200)
	for i := range 100 {
		e := string(rune('一' + i))
		many = append(many, e, e)
	}
	require.Empty(t, verse.Scheme(many), "there are 52 letters")
}

func TestRhymed(t *testing.T) {
	require.Equal(t, 2, verse.Rhymed([]string{"a", "x", "y", "z", "a"}))
	require.Equal(t, 0, verse.Rhymed([]string{"a", "v", "x", "y", "z", "a"}), "too far away")
	require.Equal(t, 0, verse.Rhymed([]string{"", ""}))
}

// TestSchemesTellWhatIsEqual: lines bear the same letter exactly where they end alike.
func TestSchemesTellWhatIsEqual(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		endings := rapid.SliceOfN(rapid.SampledFrom([]string{"ura", "ita", "ight", "ove"}), 0, 20).Draw(r, "endings")
		got := verse.Scheme(endings)
		require.Len(r, got, len(endings))
		for i := range endings {
			for j := range endings {
				if i != j {
					require.Equal(r, endings[i] == endings[j], got[i] == got[j] && got[i] != '-')
				}
			}
		}
	})
}
