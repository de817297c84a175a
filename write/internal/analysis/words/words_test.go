package words_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/analysis/words"
)

func split(lang, line string) (out []string) {
	words.NewSplitter(lang).Each(line, func(w string) { out = append(out, w) })
	return out
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		lang, line string
		want       []string
	}{
		{"en", "Don't go — the 2nd time, in 1821!", []string{"don't", "go", "the", "2nd", "time", "in"}},
		{"it", "l’amor che move il sole e l'altre stelle", []string{"l", "amor", "che", "move", "il", "sole", "e", "l", "altre", "stelle"}},
		{"fr", "J'ai plus de souvenirs", []string{"j", "ai", "plus", "de", "souvenirs"}},
		{"ru", "Мой дядя самых честных правил,", []string{"мой", "дядя", "самых", "честных", "правил"}},
		{"tr", "ISLAK İZ", []string{"ıslak", "iz"}},
		{"en", "ISLAK", []string{"islak"}},
		{"el", "ΛΟΓΟΣ", []string{"λογος"}},
		{"ar", "قِفَا نَبْكِ مِنْ ذِكْرَى حَبِيبٍ", []string{"قفا", "نبك", "من", "ذكرى", "حبيب"}},
		{"he", "שִׁיר הַשִּׁירִים", []string{"שיר", "השירים"}},
		{"hi", "मन रे, तू काहे न धीर धरे।", []string{"मन", "रे", "तू", "काहे", "न", "धीर", "धरे"}},
		{"en", "🌹🌹 … 42 —", nil},
		{"en", "", nil},
	} {
		require.Equal(t, c.want, split(c.lang, c.line), c.line)
	}
}

func TestLetters(t *testing.T) {
	require.Equal(t, 5, words.Letters("don't 🌹!?é")) // d o n t é
	require.Equal(t, 4, words.Letters("שִׁיר")+words.Letters("1821")+words.Letters("x"))
}

func sentences(paragraphs bool, lines ...string) int {
	var s words.Sentences
	for _, l := range lines {
		s.Add(l)
		if paragraphs {
			s.End()
		}
	}
	s.End()
	return s.Count()
}

func TestSentences(t *testing.T) {
	require.Equal(t, 1, sentences(false, "Tyger Tyger, burning bright,", "In the forests of the night;"))
	require.Equal(t, 2, sentences(true, "A paragraph without an end", "and another"))
	require.Equal(t, 2, sentences(false, "Is it so? “Yes,” she", "said. … 🌹"))
	require.Equal(t, 2, sentences(true, "मन रे धीर धरे। तू काहे रोये।"))
	require.Equal(t, 2, sentences(true, "吾輩は猫である。名前はまだ無い。"))
	require.Equal(t, 0, sentences(true, "", "…"))
}

// TestALongSentenceIsBounded: what has no end is cut, and nothing is lost.
func TestALongSentenceIsBounded(t *testing.T) {
	var s words.Sentences
	for range 40_000 {
		s.Add("and")
	}
	s.End()
	require.InDelta(t, 3, s.Count(), 1)
	long := strings.Repeat("One two three. ", 20_000)
	require.Equal(t, 20_000, sentences(true, long))
}

func TestSyllables(t *testing.T) {
	for lang, want := range map[string]map[string]int{
		"en": {"the": 1, "name": 1, "names": 1, "table": 2, "boxes": 2, "wanted": 2, "loved": 1, "nation": 2, "lion": 2, "beautiful": 3, "agree": 2, "be": 1, "rhythm": 1, "mr": 1, "forests": 2},
		"de": {"haus": 1, "theater": 3, "freie": 2, "quelle": 2, "see": 1, "königin": 3, "bauer": 2, "nation": 3, "ruine": 3},
		"fr": {"rose": 1, "roses": 1, "le": 1, "poésie": 3, "théâtre": 2, "souvenirs": 3, "vie": 1, "ciel": 1},
		"it": {"vita": 2, "cammin": 2, "paese": 3, "selva": 2, "poesia": 3, "guarda": 2, "ch": 0, "perché": 2},
		"es": {"caminante": 4, "poeta": 3, "rey": 1, "día": 2, "que": 1, "ciudad": 2, "país": 2},
		"ru": {"дядя": 2, "честных": 2, "в": 0, "молоко": 3, "её": 2},
	} {
		for word, n := range want {
			got, ok := words.Syllables(lang, word)
			require.True(t, ok)
			require.Equal(t, n, got, "%s: %s", lang, word)
		}
	}
	_, ok := words.Syllables("fi", "sana")
	require.False(t, ok)
	require.False(t, words.HasSyllables("zh"))
}

func TestScripts(t *testing.T) {
	of := func(text string) *words.Scripts {
		s := &words.Scripts{}
		s.Add(text)
		return s
	}
	require.True(t, of("Nel mezzo del cammin").Alphabetic())
	require.True(t, of("Мой дядя").Alphabetic())
	require.True(t, of("床前明月光").Han())
	require.False(t, of("床前明月光").Divided())
	require.False(t, of("古池や蛙飛びこむ水の音").Divided())
	require.False(t, of("古池や蛙飛びこむ水の音").Han())
	require.True(t, of("قفا نبك").Abjad())
	require.False(t, of("קול").Alphabetic())
	require.True(t, of("मन रे").Divided())
	require.False(t, of("मन रे").Alphabetic())
	require.Equal(t, 0, of("1 + 1 🌹").Letters)
}

// TestEveryWordHasALetter, whatever the line is.
func TestEveryWordHasALetter(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		lang := rapid.SampledFrom([]string{"en", "fr", "tr", "el", "ar"}).Draw(r, "language")
		for _, w := range split(lang, rapid.String().Draw(r, "line")) {
			if !words.HasLetter(w) {
				r.Fatalf("%q has no letter", w)
			}
		}
	})
}

func TestFunctionWords(t *testing.T) {
	require.True(t, words.FunctionWords("en")["the"])
	require.True(t, words.FunctionWords("ru")["мой"])
	require.False(t, words.FunctionWords("it")["selva"])
	require.Nil(t, words.FunctionWords("fi"))
	for _, lang := range []string{"en", "de", "fr", "it", "es", "ru"} {
		for w := range words.FunctionWords(lang) {
			require.Equal(t, []string{w}, split(lang, w), "a list holds words as they are split")
		}
	}
}
