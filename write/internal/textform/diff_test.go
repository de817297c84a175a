package textform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var expression = uuid.MustParse("0190a5d2-0000-7000-8000-000000000001")

func revise(t require.TestingT, old []Line, revision int, text string) []Line {
	lines, err := Split(text)
	require.NoError(t, err)
	SetRefs(lines, "")
	Rekey(expression, revision, old, lines)
	return lines
}

func TestRekeyKeepsUnchangedLines(t *testing.T) {
	one := revise(t, nil, 1, "a\nb\nc\nd\ne")
	two := revise(t, one, 2, "a\nnew\nb\nC\nd\ne\nf")
	require.Equal(t, one[0].Key, two[0].Key)
	require.Equal(t, one[1].Key, two[2].Key)
	require.Equal(t, one[3].Key, two[4].Key)
	require.Equal(t, one[4].Key, two[5].Key)
	for _, i := range []int{1, 3, 6} {
		for _, l := range one {
			require.NotEqual(t, l.Key, two[i].Key)
		}
	}
}

func TestNewKeysAreValidAndStable(t *testing.T) {
	key := NewKey(expression, 1, 1)
	require.Equal(t, key, NewKey(expression, 1, 1))
	require.EqualValues(t, 8, key.Version())
	require.Equal(t, uuid.RFC4122, key.Variant())
	require.NotEqual(t, key, NewKey(expression, 2, 1))
	require.NotEqual(t, key, NewKey(expression, 1, 2))
}

func TestRekeyOfLongRewrittenTexts(t *testing.T) {
	var old, now []string
	for i := range 6000 {
		old = append(old, fmt.Sprintf("line %d", i))
		now = append(now, fmt.Sprintf("line %d", i))
		if i%3 == 0 {
			now[i] = fmt.Sprintf("%d has changed", i)
		}
	}
	one := revise(t, nil, 1, strings.Join(old, "\n"))
	two := revise(t, one, 2, strings.Join(now, "\n"))
	for i := range old {
		require.Equal(t, i%3 != 0, one[i].Key == two[i].Key, "line %d", i)
	}
	same := strings.Repeat("refrain\n", 5000)
	rewritten := revise(t, revise(t, nil, 1, "x\n"+same+"y"), 2, "z\n"+same+same+"w")
	require.Len(t, rewritten, 10002, "no anchor at all must end, and quickly")
}

func TestRekeyKeepsARetouchedLine(t *testing.T) {
	one := revise(t, nil, 1, "Nel mezo del cammin di nostra vita\nmi ritrovai\nper una selva oscura")
	two := revise(t, one, 2, "Nel mezzo del cammin di nostra vita\nI found myself\nper una selva oscura")
	require.Equal(t, one[0].Key, two[0].Key, "a letter was put right")
	require.NotEqual(t, one[1].Key, two[1].Key, "another line altogether")
	require.Equal(t, one[2].Key, two[2].Key)
}

// Keys are unique, kept keys belong to equal lines and keep their order, and
// an identical text keeps all of them.
func TestRekeyProperties(t *testing.T) {
	words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), 0, 30)
	rapid.Check(t, func(t *rapid.T) {
		old := revise(t, nil, 1, strings.Join(words.Draw(t, "old"), "\n"))
		now := revise(t, old, 2, strings.Join(words.Draw(t, "new"), "\n"))
		place := map[uuid.UUID]int{}
		for i, l := range old {
			place[l.Key] = i
		}
		seen, last, kept := map[uuid.UUID]bool{}, -1, 0
		for _, l := range now {
			require.False(t, seen[l.Key])
			seen[l.Key] = true
			if i, ok := place[l.Key]; ok {
				require.Equal(t, old[i].Content, l.Content)
				require.Greater(t, i, last)
				last = i
				kept++
			}
		}
		require.Equal(t, longestCommon(old, now), kept)
		again := revise(t, now, 3, join(now))
		for i := range now {
			require.Equal(t, now[i].Key, again[i].Key)
		}
	})
}

func join(lines []Line) string {
	var out []string
	for _, l := range lines {
		out = append(out, l.Content)
	}
	return strings.Join(out, "\n")
}

func longestCommon(a, b []Line) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			up := row[j+1]
			if a[i].Content == b[j].Content {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(up, row[j])
			}
			diagonal = up
		}
	}
	return row[len(b)]
}
