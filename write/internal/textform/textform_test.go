package textform

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestCleanNormalisesAndCounts(t *testing.T) {
	out, changes, err := Clean("e\u0301\r\nb\rc\u2029d\te\ufeff")
	require.NoError(t, err)
	require.Equal(t, "é\nb\nc\nd e", out)
	require.Equal(t, Changes{NFC: 1, LineEnds: 1, Spaces: 1}, changes)

	out, changes, err = Clean("چنان\u200cکه \u200f(۱)")
	require.NoError(t, err)
	require.Equal(t, "چنان\u200cکه \u200f(۱)", out, "joiners and direction marks belong to the text")
	require.Zero(t, changes)
}

func TestCleanRefusesControlAndBidiCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"ab\x00c":    "control character U+0000 at character 3",
		"\x1b[31m":   "control character U+001B at character 1",
		"\u009fx":    "control character U+009F at character 1",
		"a\u202eb":   "bidirectional override U+202E at character 2",
		"\u2066":     "bidirectional override U+2066 at character 1",
		"ab\ufffe":   "control character U+FFFE at character 3",
		"é\n\u0007!": "control character U+0007 at character 3",
	} {
		_, _, err := Clean(in)
		require.EqualError(t, err, want)
	}
}

func TestCleanLineFoldsLineEnds(t *testing.T) {
	out, _, err := CleanLine("  Of Mice\r\n and   Men ")
	require.NoError(t, err)
	require.Equal(t, "Of Mice and Men", out)
}

func split(t *testing.T, text, prefix string) []Line {
	t.Helper()
	lines, err := Split(text)
	require.NoError(t, err)
	SetRefs(lines, prefix)
	return lines
}

func TestSplitNumbersLinesAndOpensStanzas(t *testing.T) {
	lines := split(t, "\na  \n  b\n\n \nc\n", "1")
	require.Equal(t, []Line{
		{Ref: "1.1", Content: "a"}, {Ref: "1.2", Content: "  b"}, {Ref: "1.3", Content: "c", StanzaStart: true},
	}, lines)
	require.Equal(t, "2", split(t, "a\nb", "")[1].Ref)
	require.Empty(t, split(t, "\n \n", ""))
}

func TestJoinIsWhatSplitCuts(t *testing.T) {
	lines := split(t, "a\n  b\n\nc\nd", "")
	require.Equal(t, "a\n  b\n\nc\nd", Join(lines))
	require.Equal(t, lines, split(t, Join(lines), ""))
}

func TestValidRef(t *testing.T) {
	for _, ref := range []string{"1", "1.10", "IV.2b"} {
		require.True(t, ValidRef(ref), ref)
	}
	for _, ref := range []string{"", ".", "1.", ".1", "1..2", "a b", "é"} {
		require.False(t, ValidRef(ref), ref)
	}
}

func TestSplitNamesTheLineThatIsTooLong(t *testing.T) {
	_, err := Split("a\n" + strings.Repeat("é", MaxLineChars+1))
	require.ErrorContains(t, err, "line 2 of the text has 100001 characters")
	_, err = Split("a\n" + strings.Repeat("é", MaxLineChars))
	require.NoError(t, err)
	_, err = Split(strings.Repeat("a\n", MaxLines+1))
	require.ErrorContains(t, err, "200001 lines")
	_, err = Split(strings.Repeat("a", MaxText+1))
	require.ErrorContains(t, err, "bytes")
}

func kinds(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteByte(l.Kind[1])
	}
	return b.String()
}

func TestSetKinds(t *testing.T) {
	paragraph := strings.Repeat("word ", 60)
	verse, prose := split(t, "a\nb", ""), split(t, paragraph+"\n\n"+paragraph, "")
	SetKinds(verse, "POETRY", "")
	require.Equal(t, "EE", kinds(verse))
	SetKinds(verse, "PROSE", "")
	require.Equal(t, "RR", kinds(verse))
	SetKinds(verse, "PROSE", Verse)
	require.Equal(t, "EE", kinds(verse))
	SetKinds(prose, "POETRY", "")
	require.Equal(t, "RR", kinds(prose), "a prose translation of a poem")
}

func TestSetKindsFindsSpeakersOfPlays(t *testing.T) {
	lines := split(t, "(A room.)\n\nHAMLET\nTo be,\nor not to be.\n\nOPHELIA.\nMy lord!\n\nHAMLET\nWell?\n(He goes.)\n\nOPHELIA.\nAlas!\n\nonce\nonly", "")
	SetKinds(lines, "DRAMA", "")
	require.Equal(t, Stage, lines[0].Kind)
	require.Equal(t, Speaker, lines[1].Kind)
	require.Equal(t, []string{"", "HAMLET", "HAMLET", "", "OPHELIA"},
		[]string{lines[1].Speaker, lines[2].Speaker, lines[3].Speaker, lines[4].Speaker, lines[5].Speaker})
	require.Equal(t, Stage, lines[8].Kind)
	require.Equal(t, "HAMLET", lines[8].Speaker)
	require.Equal(t, Verse, lines[11].Kind, "a name seen once is not taken for a speaker")
}

func TestHashSeesEveryFieldAndFrame(t *testing.T) {
	base := split(t, "ab\nc", "")
	require.Equal(t, Hash(base), Hash(split(t, "ab\nc", "")))
	for _, other := range [][]Line{split(t, "a\nbc", ""), split(t, "ab\n\nc", ""), split(t, "ab\nc", "1"), split(t, "ab", "")} {
		require.NotEqual(t, Hash(base), Hash(other))
	}
}

func TestRevisionJSONHoldsEveryLine(t *testing.T) {
	lines := []Line{
		{Key: uuid.MustParse("11111111-1111-8111-8111-111111111111"), Ref: "1", Kind: Verse, Content: "say \"so\" \\ \u2028"},
		{Key: uuid.MustParse("22222222-2222-8222-8222-222222222222"), Ref: "2", Kind: Verse, Content: "b", StanzaStart: true, Speaker: "H\"m"},
	}
	data, err := RevisionJSON(lines)
	require.NoError(t, err)
	var got []map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	require.Equal(t, map[string]any{"k": lines[0].Key.String(), "r": "1", "t": "VERSE", "c": lines[0].Content}, got[0])
	require.Equal(t, map[string]any{"k": lines[1].Key.String(), "r": "2", "t": "VERSE", "c": "b", "s": true, "p": "H\"m"}, got[1])
	back, err := ParseRevision(data)
	require.NoError(t, err)
	require.Equal(t, lines, back)
	data, err = RevisionJSON(nil)
	require.NoError(t, err)
	require.Equal(t, "[]", string(data))
}
