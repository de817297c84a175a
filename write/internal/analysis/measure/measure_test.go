package measure_test

import (
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// value is what a report says, NaN where it is UNSUPPORTED.
func value(r *measure.Report, name measure.Name) float64 {
	for _, m := range r.Measures {
		if m.Name == name && m.Value != nil {
			return *m.Value
		}
	}
	return math.NaN()
}

func read(tag, kind string, lines ...string) *measure.Report {
	a := measure.New(tag)
	for _, l := range lines {
		a.Add(measure.Line{Kind: kind, Content: l})
	}
	return a.Report()
}

var line = rapid.OneOf(
	rapid.StringMatching(`([a-zàéü]{1,8}[ ,.!']){1,12}`), rapid.StringMatching(`([а-я]{1,8} ){1,9}`), rapid.String(),
	rapid.SampledFrom([]string{"床前明月光", "🌹🌙", "قفا نبك", "", "古池や", "मन रे।"}),
)

// shares are measures that lie between 0 and 1.
var shares = []measure.Name{measure.MATTR, measure.HapaxShare, measure.LexicalDensity, measure.RhymeShare}

// TestProperties holds of whatever text.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lines := rapid.SliceOfN(line, 0, 40).Draw(r, "lines")
		kind := rapid.SampledFrom([]string{"VERSE", "PROSE"}).Draw(r, "kind")
		tag := rapid.SampledFrom([]string{"en", "it", "ru", "zh-Hans", "ar", "fi", "fr-CA"}).Draw(r, "language")
		one := read(tag, kind, lines...)
		require.Equal(r, one, read(tag, kind, lines...), "the same text, the same report")
		for _, name := range shares {
			if v := value(one, name); !math.IsNaN(v) && (v < 0 || v > 1) {
				r.Fatalf("%s is %v", name, v)
			}
		}
		for _, m := range one.Measures {
			require.NotEqual(r, m.Value == nil, m.Reason == nil, "a number or a reason: %s", m.Name)
			require.NotEmpty(r, m.Method)
			if m.Value != nil {
				require.False(r, math.IsNaN(*m.Value) || math.IsInf(*m.Value, 0), m.Name)
			}
		}
		mixed := read(tag, kind, rapid.Permutation(lines).Draw(r, "mixed")...)
		for _, name := range []measure.Name{
			measure.Characters, measure.Letters, measure.Lines, measure.Tokens, measure.Types, measure.HapaxShare, measure.LexicalDensity,
			measure.LettersPerWord, measure.WordsPerLine, measure.LettersPerLine, measure.SyllablesPerLine,
		} {
			if a, b := value(one, name), value(mixed, name); a != b && !(math.IsNaN(a) && math.IsNaN(b)) {
				r.Fatalf("%s is %v, and %v in another order", name, a, b)
			}
		}
		require.Equal(r, one.Terms, mixed.Terms)
	})
}

// TestWhatIsNotOfTheText leaves out headings, speakers and the like, which divide
// stanzas all the same.
func TestWhatIsNotOfTheText(t *testing.T) {
	a := measure.New("en")
	for _, l := range []measure.Line{
		{Kind: "HEADING", Content: "The First Act"}, {Kind: "SPEAKER", Content: "HAMLET"}, {Kind: "VERSE", Content: "To be, or not to be"},
		{Kind: "STAGE", Content: "(He walks)"}, {Kind: "VERSE", Content: "that is the question"}, {Kind: "NOTE", Content: "A note."},
	} {
		a.Add(l)
	}
	r := a.Report()
	require.Equal(t, 10.0, value(r, measure.Tokens))
	require.Equal(t, 2.0, value(r, measure.Stanzas))
	require.Equal(t, 2.0, value(r, measure.Lines))
	require.Equal(t, 39.0, value(r, measure.Characters))
}

// TestAWrongScriptIsNotMeasured: what is said of a language holds for its script.
func TestAWrongScriptIsNotMeasured(t *testing.T) {
	r := read("en", "PROSE", strings.Repeat("床前明月光，疑是地上霜。", 40))
	require.True(t, math.IsNaN(value(r, measure.Tokens)))
	require.True(t, math.IsNaN(value(r, measure.ReadingEase)))
	require.Empty(t, r.Terms)
	r = read("zh-Latn", "VERSE", "Chuáng qián míng yuè guāng")
	require.Equal(t, 5.0, value(r, measure.Tokens))
	require.True(t, math.IsNaN(value(r, measure.SyllablesPerLine)))
}

// TestHugeLines: one paragraph of 100,000 characters without an end.
func TestHugeLines(t *testing.T) {
	r := read("en", "PROSE", strings.Repeat("word and another ", 5880))
	require.Equal(t, 17640.0, value(r, measure.Tokens))
	require.Equal(t, 3.0, value(r, measure.Types))
	require.Equal(t, 1.0, r.Coverage)
}

// TestLongTextsAreSampled reads 8 MB of which nearly every word is another: the
// worst there is for the vocabulary. What it takes is bounded, and the share that
// was read is told.
func TestLongTextsAreSampled(t *testing.T) {
	a := measure.New("en")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	word := []byte("aaaaaa")
	for n := 0; n < 8<<20; n += 70 {
		var b strings.Builder
		for range 10 {
			for i := range word { // the next word
				if word[i]++; word[i] <= 'z' {
					break
				}
				word[i] = 'a'
			}
			b.Write(word)
			b.WriteByte(' ')
		}
		a.Add(measure.Line{Kind: "PROSE", Content: b.String()[:69]})
	}
	r := a.Report()
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.InDelta(t, 0.5, r.Coverage, 0.01)
	require.InDelta(t, 599_000, value(r, measure.Tokens), 10_000)
	require.LessOrEqual(t, len([]rune(r.Sample)), 4100)
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d words hold %d MB", len(r.Terms), held>>20)
	require.Less(t, held, int64(160<<20))
	runtime.KeepAlive(a)
}

// TestFewStanzasAreToldInFull bounds what is said of an endless poem.
func TestFewStanzasAreToldInFull(t *testing.T) {
	a := measure.New("en")
	for range 1000 {
		a.Add(measure.Line{Kind: "VERSE", Content: "burning bright", StanzaStart: true})
		a.Add(measure.Line{Kind: "VERSE", Content: "of the night"})
	}
	r := a.Report()
	require.Equal(t, 1000.0, value(r, measure.Stanzas))
	require.Len(t, r.Stanzas, 200)
	require.Equal(t, "AA", *r.Stanzas[0].Scheme)
	long := read("en", "VERSE", slices.Repeat([]string{"burning bright"}, 101)...)
	require.Nil(t, long.Stanzas[0].Scheme)
}
