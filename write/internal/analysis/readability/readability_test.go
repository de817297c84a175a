package readability_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/analysis/readability"
)

// TestFormulas works the formulas by hand: 100 words of 150 syllables and 480
// letters in 5 sentences, 20 of them long.
func TestFormulas(t *testing.T) {
	c := readability.Counts{Words: 100, Sentences: 5, Letters: 480, Syllables: 150, Long: 20}
	for lang, want := range map[string]float64{
		"en": 206.835 - 1.015*20 - 84.6*1.5,
		"de": 180 - 20 - 58.5*1.5,
		"fr": 207 - 1.015*20 - 73.6*1.5,
		"es": 206.835 - 62.3*1.5 - 20,
		"ru": 206.835 - 1.3*20 - 60.1*1.5,
		"it": 89 + (300*5-10*480)/100.0,
	} {
		f, ok := readability.Ease(lang)
		require.True(t, ok)
		require.InDelta(t, want, f.Of(c), 1e-9, lang)
		require.Equal(t, lang != "it", f.Syllables, lang)
	}
	f, ok := readability.LIX("sv")
	require.True(t, ok)
	require.InDelta(t, 20.0+20, f.Of(c), 1e-9)
	_, ok = readability.Ease("zh")
	require.False(t, ok)
	_, ok = readability.LIX("zh")
	require.False(t, ok)
}
