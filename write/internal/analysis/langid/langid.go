package langid

import (
	"math"
	"strconv"
	"unicode"

	"github.com/pemistahl/lingua-go"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// Identifier tells languages.
type Identifier struct{}

// New returns an Identifier. Models are loaded when they are first needed.
func New() *Identifier { return &Identifier{} }

// Least is how many letters tell a language. Characters of Chinese and Japanese
// count as three, as a word has about one and a half of them.
const Least = 60

const method = "lingua-go 1.4, trigrams, among the declared language, its neighbours and the common ones"

// Identify tells which of the candidates for a declared language a text is most
// likely in, and how sure that is among them, 0 to 1.
func (*Identifier) Identify(declared, text string) (tag string, confidence measure.Measure) {
	const name = measure.LanguageConfidence
	language, ok := known[measure.Primary(declared)]
	if !ok {
		return "", measure.Unsupported(name, method, "The declared language has no model.")
	}
	if weight(text) < Least {
		return "", measure.Unsupported(name, method, "There are fewer than "+strconv.Itoa(Least)+" letters.")
	}
	detector := lingua.NewLanguageDetectorBuilder().FromLanguages(candidates(language)...).WithLowAccuracyMode().Build()
	found := detector.ComputeLanguageConfidenceValues(text)
	if len(found) == 0 || found[0].Value() == 0 {
		return "", measure.Unsupported(name, method, "None of the candidates is likely.")
	}
	// It adds up in any order: the last digits are chance.
	return tagOf(found[0].Language()), measure.Measured(name, math.Round(found[0].Value()*1e4)/1e4, method)
}

func weight(text string) (n int) {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n += 3
		case unicode.IsLetter(r), unicode.IsMark(r): // marks write the vowels of Indian scripts
			n++
		}
	}
	return n
}
