package contribution

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/model"
)

func TestMerge(t *testing.T) {
	base := []string{"a", "b", "c", "d", "e", "f"}
	for name, c := range map[string]struct {
		theirs, ours []string
		want         []chunk
	}{
		"nothing":    {base, base, nil},
		"ours":       {base, []string{"a", "B", "c", "d", "e", "f"}, []chunk{{model.DiffKindOurs, span{1, 2}, span{1, 2}, span{1, 2}}}},
		"theirs":     {[]string{"b", "c", "d", "e", "f"}, base, []chunk{{model.DiffKindTheirs, span{0, 1}, span{0, 0}, span{0, 1}}}},
		"both":       {[]string{"a", "b", "c", "d", "e", "F"}, []string{"a", "b", "c", "d", "e", "F"}, []chunk{{model.DiffKindBoth, span{5, 6}, span{5, 6}, span{5, 6}}}},
		"conflict":   {[]string{"a", "b", "1", "d", "e", "f"}, []string{"a", "b", "2", "d", "e", "f"}, []chunk{{model.DiffKindConflict, span{2, 3}, span{2, 3}, span{2, 3}}}},
		"two insert": {[]string{"a", "x", "b", "c", "d", "e", "f"}, []string{"a", "y", "b", "c", "d", "e", "f"}, []chunk{{model.DiffKindConflict, span{1, 1}, span{1, 2}, span{1, 2}}}},
		"apart": {[]string{"0", "a", "b", "c", "d", "e", "f"}, []string{"a", "b", "c", "d", "e"},
			[]chunk{{model.DiffKindTheirs, span{0, 0}, span{0, 1}, span{0, 0}}, {model.DiffKindOurs, span{5, 6}, span{6, 7}, span{5, 5}}}},
	} {
		require.Equal(t, c.want, merge(base, c.theirs, c.ours), name)
	}
	require.Empty(t, merge(nil, nil, nil))
	require.Equal(t, []chunk{{model.DiffKindOurs, span{0, 0}, span{0, 0}, span{0, 2}}}, merge(nil, nil, []string{"a", "b"}))
}

// Between the places all three texts are the same, and no place is without a difference.
func TestMergeProperties(t *testing.T) {
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, ours := text.Draw(t, "base"), text.Draw(t, "theirs"), text.Draw(t, "ours")
		var b, th, o int
		for _, c := range append(merge(base, theirs, ours), chunk{base: span{len(base), len(base)}, theirs: span{len(theirs), len(theirs)}, ours: span{len(ours), len(ours)}, kind: "END"}) {
			require.True(t, slices.Equal(base[b:c.base.From], theirs[th:c.theirs.From]))
			require.True(t, slices.Equal(base[b:c.base.From], ours[o:c.ours.From]))
			b, th, o = c.base.To, c.theirs.To, c.ours.To
			if c.kind == "END" {
				continue
			}
			isTheirs := slices.Equal(base[c.base.From:b], theirs[c.theirs.From:th])
			isOurs := slices.Equal(base[c.base.From:b], ours[c.ours.From:o])
			require.False(t, isTheirs && isOurs)
			require.Equal(t, isTheirs, c.kind == model.DiffKindOurs)
		}
	})
}

// Long texts are compared in bounded time, and however many lines they have.
func TestLongTexts(t *testing.T) {
	one, other := make([]string, 120_000), make([]string, 120_000)
	for i := range one {
		one[i], other[i] = "a "+strconv.Itoa(i), "b "+strconv.Itoa(i)
	}
	require.Equal(t, []chunk{{model.DiffKindOurs, span{0, 120_000}, span{0, 120_000}, span{0, 120_000}}}, merge(one, one, other))
	copy(other, one)
	other[70_000] = "changed"
	require.Equal(t, []change{{70_000, 70_001, 70_000, 70_001}}, changesOf(one, other))
}
