package lexis_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/analysis/lexis"
)

func TestMATTR(t *testing.T) {
	got, ok := lexis.MATTR([]int32{0, 1, 0, 2}, 3, 2)
	require.True(t, ok)
	require.InDelta(t, 1.0, got, 1e-12, "no two words in a row are the same")
	got, _ = lexis.MATTR([]int32{0, 0, 1, 1}, 2, 2)
	require.InDelta(t, (0.5+1+0.5)/3, got, 1e-12)
	_, ok = lexis.MATTR([]int32{0, 1}, 2, 3)
	require.False(t, ok)
}

func TestMTLD(t *testing.T) {
	// Two words by turns: three of them have a ratio of 2/3, so each stretch has three.
	turns := make([]int32, 120)
	for i := range turns {
		turns[i] = int32(i % 2)
	}
	got, ok := lexis.MTLD(turns, 2)
	require.True(t, ok)
	require.InDelta(t, 3.0, got, 1e-9)
	_, ok = lexis.MTLD(turns[:99], 2)
	require.False(t, ok, "too short")
	all := make([]int32, 100)
	for i := range all {
		all[i] = int32(i)
	}
	_, ok = lexis.MTLD(all, 100)
	require.False(t, ok, "no word comes twice")
}

// slow is MATTR by its definition.
func slow(words []int32, window int) float64 {
	sum, n := 0.0, 0
	for i := 0; i+window <= len(words); i++ {
		seen := map[int32]bool{}
		for _, w := range words[i : i+window] {
			seen[w] = true
		}
		sum, n = sum+float64(len(seen))/float64(window), n+1
	}
	return sum / float64(n)
}

func TestDiversityProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOfN(rapid.Int32Range(0, 30), 1, 300).Draw(r, "words")
		window := rapid.IntRange(1, 60).Draw(r, "window")
		got, ok := lexis.MATTR(words, 31, window)
		require.Equal(r, len(words) >= window, ok)
		if ok {
			require.InDelta(r, slow(words, window), got, 1e-9)
			require.True(r, got > 0 && got <= 1)
		}
		forth, ok := lexis.MTLD(words, 31)
		back := slices.Clone(words)
		slices.Reverse(back)
		other, also := lexis.MTLD(back, 31)
		require.Equal(r, ok, also)
		require.InDelta(r, forth, other, 1e-9, "it is read both ways")
	})
}
