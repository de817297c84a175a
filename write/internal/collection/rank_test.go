package collection

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBetween(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", "V"}, {"", "1", "0V"}, {"V", "", "k"}, {"z", "", "zV"}, {"a", "b", "aV"}, {"a", "c", "b"},
		{"0000100", "0000200", "00001V"}, {"", "0000100", "00000V"}, {"a1", "a11", "a10V"},
	} {
		got, ok := between(c.a, c.b)
		require.True(t, ok, c)
		require.Equal(t, c.want, got, c)
	}
	for _, c := range [][2]string{{"1", "10"}, {"1", "1"}, {"", "0"}} {
		_, ok := between(c[0], c[1])
		require.False(t, ok, c)
	}
}

// TestOrderHolds puts items in at random and looks at the order after each.
func TestOrderHolds(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	var ranks []string
	for range 3000 {
		at := source.IntN(len(ranks) + 1)
		var rank string
		var ok bool
		switch {
		case at == len(ranks) && at == 0:
			rank, ok = next("")
		case at == len(ranks):
			rank, ok = next(ranks[at-1])
		case at == 0:
			rank, ok = between("", ranks[0])
		default:
			rank, ok = between(ranks[at-1], ranks[at])
		}
		require.True(t, ok)
		require.Regexp(t, "^[0-9A-Za-z]{1,64}$", rank)
		ranks = slices.Insert(ranks, at, rank)
	}
	require.True(t, slices.IsSorted(ranks))
	require.Len(t, slices.Compact(ranks), 3000)
}

func TestEndStaysShort(t *testing.T) {
	last := ""
	for range 6000 {
		before := last
		var ok bool
		last, ok = next(last)
		require.True(t, ok)
		require.Greater(t, last, before)
		require.Len(t, last, width)
	}
	after, ok := next("0000100V")
	require.True(t, ok)
	require.Equal(t, "0000200", after)
	after, ok = next("9999950")
	require.True(t, ok)
	require.Greater(t, after, "9999950")
	for range 1000 {
		if last, ok = next(after); !ok {
			return
		}
		require.Greater(t, last, after)
		after = last
	}
	t.Fatal("ranks never run out")
}
