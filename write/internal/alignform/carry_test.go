package alignform

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func span(from, to int) Lines { return Lines{From: from, To: to} }

func moved(lines int, at ...int32) Text {
	same := make([]bool, len(at))
	for i, n := range at {
		same[i] = n > 0
	}
	return Moved(lines, at, same)
}

func TestWhatWasRewrittenHasAPlace(t *testing.T) {
	for name, c := range map[string]struct {
		text Text
		want []int
	}{
		"nothing moved":     {moved(3, 1, 2, 3), []int{1, 2, 3}},
		"one rewritten":     {moved(3, 1, 0, 3), []int{1, 2, 3}},
		"one gone":          {moved(2, 1, 0, 2), []int{1, 0, 2}},
		"one for two":       {moved(3, 1, 0, 0, 3), []int{1, 0, 0, 3}},
		"all rewritten":     {moved(2, 0, 0), []int{1, 2}},
		"at both ends":      {moved(5, 0, 2, 4, 0), []int{1, 2, 4, 5}},
		"out of their turn": {moved(3, 2, 1, 3), []int{2, 0, 3}},
		"past the end":      {moved(1, 1, 9), []int{1, 0}},
		"of an empty text":  {moved(2), []int{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := []int{}
			for _, p := range c.text.Places {
				got = append(got, p.At)
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestCarry(t *testing.T) {
	unchanged := Text{Lines: 9}
	linear := []Group{{Left: span(1, 4), Right: span(1, 4), Linear: true, Confidence: 1, Note: "n"}}
	for name, c := range map[string]struct {
		groups      []Group
		left, right Text
		want        []Group
	}{
		"a line was put right": {linear, unchanged, moved(4, 1, 0, 3, 4), []Group{
			{Left: span(1, 1), Right: span(1, 1), Linear: true, Confidence: 1, Note: "n"},
			{Left: span(2, 2), Right: span(2, 2), Linear: true, Stale: true, Confidence: 1, Note: "n"},
			{Left: span(3, 4), Right: span(3, 4), Linear: true, Confidence: 1, Note: "n"},
		}},
		"a line came between": {linear, unchanged, moved(5, 1, 2, 4, 5), []Group{
			{Left: span(1, 2), Right: span(1, 2), Linear: true, Confidence: 1, Note: "n"},
			{Right: span(3, 3), Stale: true},
			{Left: span(3, 4), Right: span(4, 5), Linear: true, Confidence: 1, Note: "n"},
		}},
		"a line is gone": {linear, moved(3, 1, 2, 0, 3), unchanged, []Group{
			{Left: span(1, 2), Right: span(1, 2), Linear: true, Confidence: 1, Note: "n"},
			{Right: span(3, 3), Stale: true, Confidence: 1, Note: "n"},
			{Left: span(3, 3), Right: span(4, 4), Linear: true, Confidence: 1, Note: "n"},
		}},
		"two lines for one, and one of them is gone": {[]Group{{Left: span(1, 2), Right: span(1, 1)}}, moved(1, 1, 0), unchanged, []Group{
			{Left: span(1, 1), Right: span(1, 1), Stale: true},
		}},
		"two lines for one, and one came between": {[]Group{{Left: span(1, 2), Right: span(1, 1)}}, moved(3, 1, 3), unchanged, []Group{
			{Left: span(1, 3), Right: span(1, 1), Stale: true},
		}},
		"a line that answers nothing": {[]Group{{Left: span(1, 1), Right: span(1, 1), Linear: true}, {Left: span(2, 2)}}, moved(3, 2, 3), unchanged, []Group{
			{Left: span(1, 1), Stale: true},
			{Left: span(2, 2), Right: span(1, 1), Linear: true},
			{Left: span(3, 3)},
		}},
		"far from what is aligned": {[]Group{{Left: span(1, 1), Right: span(1, 1), Linear: true}}, moved(4, 1, 2, 4), unchanged, []Group{
			{Left: span(1, 1), Right: span(1, 1), Linear: true},
		}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, Carry(c.groups, c.left, c.right).Groups) })
	}
	require.True(t, Carry(linear, unchanged, moved(5, 2, 3, 4, 5)).Groups[0].Stale, "the line in front")
	require.Equal(t, linear, Carry(linear, unchanged, moved(4, 1, 2, 3, 4)).Groups)
	require.Len(t, Carry(linear, moved(3, 1, 2, 3, 0), moved(3, 1, 2, 3, 0)).Groups, 1, "a pair is gone")
	require.Zero(t, Carry(linear, unchanged, moved(4, 0, 0, 0, 0)).Holds)
}

// drawGroups walks both texts in steps.
func drawGroups(t *rapid.T) (groups []Group, left, right int) {
	l, r := 1, 1
	for range rapid.IntRange(1, 8).Draw(t, "groups") {
		n, m := rapid.IntRange(0, 3).Draw(t, "left"), rapid.IntRange(0, 3).Draw(t, "right")
		g := Group{Linear: n == m && n > 0 && rapid.Bool().Draw(t, "linear")}
		if n > 0 {
			g.Left = span(l, l+n-1)
		}
		if m > 0 {
			g.Right = span(r, r+m-1)
		}
		l, r = l+n, r+m
		if n+m > 0 && rapid.IntRange(0, 4).Draw(t, "aligned") > 0 {
			groups = append(groups, g)
		}
	}
	return groups, l, r
}

// drawMoved makes up what became of a text: lines go, change, and come.
func drawMoved(t *rapid.T, lines int, name string) Text {
	if rapid.Bool().Draw(t, name+" stays") {
		return Text{Lines: lines}
	}
	var at []int32
	var same []bool
	now := int32(0)
	for range lines {
		now += int32(rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, name+" come"))
		switch rapid.SampledFrom([]string{"stays", "stays", "stays", "changes", "goes"}).Draw(t, name) {
		case "stays":
			now++
			at, same = append(at, now), append(same, true)
		case "changes":
			now++
			at, same = append(at, now), append(same, false)
		default:
			at, same = append(at, 0), append(same, false)
		}
	}
	return Moved(int(now)+rapid.IntRange(0, 2).Draw(t, name+" end"), at, same)
}

type pairing struct{ left, right Lines }

// pairings are what groups say: which lines answer which.
func pairings(groups []Group) map[pairing]bool {
	out := map[pairing]bool{}
	for _, g := range groups {
		if !g.Linear {
			out[pairing{g.Left, g.Right}] = true
			continue
		}
		for i := range g.Left.Len() {
			out[pairing{line(g.Left.From + i), line(g.Right.From + i)}] = true
		}
	}
	return out
}

// kept finds lines again, all of them with their words and side by side.
func kept(t *Text, l Lines) (now Lines, ok bool) {
	for n := l.From; n <= l.To && !l.Empty(); n++ {
		p := t.place(n)
		if !p.Same || n > l.From && p.At != now.To+1 {
			return now, false
		}
		if n == l.From {
			now.From = p.At
		}
		now.To = p.At
	}
	return now, true
}

func TestWhatHoldsIsWhatIsUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, l, r := drawGroups(t)
		left, right := drawMoved(t, l, "left"), drawMoved(t, r, "right")
		want := map[pairing]bool{}
		for p := range pairings(groups) {
			l, leftOk := kept(&left, p.left)
			r, rightOk := kept(&right, p.right)
			if leftOk && rightOk {
				want[pairing{l, r}] = true
			}
		}
		got := Carry(groups, left, right)
		var hold []Group
		for _, g := range got.Groups {
			if !g.Stale {
				hold = append(hold, g)
			}
		}
		require.Equal(t, want, pairings(hold))
		wellFormed(t, got.Groups, left.Lines, right.Lines)
		nothingIsLost(t, groups, got.Groups, &left, leftOf)
		nothingIsLost(t, groups, got.Groups, &right, rightOf)
	})
}

func wellFormed(t *rapid.T, groups []Group, left, right int) {
	var last Group
	for _, g := range groups {
		require.False(t, g.Left.Empty() && g.Right.Empty())
		require.True(t, !g.Linear || g.Left.Len() == g.Right.Len())
		for _, s := range [][3]any{{last.Left, g.Left, left}, {last.Right, g.Right, right}} {
			before, l, end := s[0].(Lines), s[1].(Lines), s[2].(int)
			require.True(t, l.Empty() || l.From > before.To && l.From <= l.To && l.To <= end, "%v", groups)
		}
		if !g.Left.Empty() {
			last.Left = g.Left
		}
		if !g.Right.Empty() {
			last.Right = g.Right
		}
	}
}

// nothingIsLost: every line that was aligned and is there still has a group.
func nothingIsLost(t *rapid.T, was, now []Group, text *Text, side func(*Group) *Lines) {
	in := map[int]bool{}
	for i := range now {
		for l, n := side(&now[i]), side(&now[i]).From; n <= l.To; n++ {
			in[n] = true
		}
	}
	for i := range was {
		for l, n := side(&was[i]), side(&was[i]).From; n <= l.To && !l.Empty(); n++ {
			require.True(t, text.place(n).At == 0 || in[text.place(n).At])
		}
	}
}

func TestGroupsAreReadAsTheyAreKept(t *testing.T) {
	got, err := ParseGroups([]byte(`[[1, 2, 3, 4, true, 0.5, "n", false], [5, 5, null, null, false, null, null, true]]`))
	require.NoError(t, err)
	require.Equal(t, []Group{
		{Left: span(1, 2), Right: span(3, 4), Linear: true, Confidence: 0.5, Note: "n"},
		{Left: span(5, 5), Stale: true},
	}, got)
	_, err = ParseGroups([]byte(`{}`))
	require.Error(t, err)
}
