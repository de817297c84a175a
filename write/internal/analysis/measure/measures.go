package measure

import (
	"strconv"

	"github.com/tercul/tercul/write/internal/analysis/lexis"
	"github.com/tercul/tercul/write/internal/analysis/readability"
	"github.com/tercul/tercul/write/internal/analysis/verse"
	"github.com/tercul/tercul/write/internal/analysis/words"
)

// Names of methods and reasons that several measures share.
const (
	counted   = "count"
	annex     = "Unicode Standard Annex 29"
	mean      = "arithmetic mean"
	noWords   = "There are no words."
	noVerse   = "There are no lines of verse."
	undivided = "The script does not divide words, and finding them needs a dictionary of the language."
	noLetters = "There are no letters."
)

// measures are all measures that the lines alone give, in their order.
func (a *Analyzer) measures() []Measure {
	out := []Measure{
		Measured(Characters, float64(a.read), counted),
		Measured(Letters, float64(a.scripts.Letters), counted+" of characters of category L"),
		Measured(Lines, float64(a.lines), counted),
		a.ofVerse(Stanzas, counted, len(a.poem.stanzas), false),
	}
	out = append(out, a.lexical()...)
	out = append(out, a.readable()...)
	return append(out, a.poetic()...)
}

// lexical are the measures of words.
func (a *Analyzer) lexical() []Measure {
	tokens, types := len(a.tokens), len(a.terms)
	if !a.scripts.Divided() {
		return []Measure{
			Unsupported(Tokens, annex, undivided), Unsupported(Types, annex, undivided), Unsupported(HapaxShare, "hapax legomena / types", undivided),
			Unsupported(MATTR, mattr, undivided), Unsupported(MTLD, mtld, undivided), Unsupported(LexicalDensity, density, undivided),
			Unsupported(LettersPerWord, mean, undivided),
		}
	}
	return []Measure{
		Measured(Tokens, float64(tokens), annex), Measured(Types, float64(types), annex+", small letters"),
		ratio(HapaxShare, "hapax legomena / types", a.hapax(), types),
		a.mattr(), a.mtld(), a.density(), ratio(LettersPerWord, mean, a.wordLetters, tokens),
	}
}

const (
	mattr   = "MATTR (Covington and McFall 2010), window 50"
	mtld    = "MTLD (McCarthy and Jarvis 2010), threshold 0.72"
	density = "share of words that are not in a list of function words"
)

func ratio(name Name, method string, part, whole int) Measure {
	if whole == 0 {
		return Unsupported(name, method, noWords)
	}
	return Measured(name, float64(part)/float64(whole), method)
}

func (a *Analyzer) hapax() (n int) {
	for _, t := range a.terms {
		if t.Frequency == 1 {
			n++
		}
	}
	return n
}

func (a *Analyzer) mattr() Measure {
	if value, ok := lexis.MATTR(a.tokens, len(a.terms), lexis.Window); ok {
		return Measured(MATTR, value, mattr)
	}
	return Unsupported(MATTR, mattr, "There are fewer than "+strconv.Itoa(lexis.Window)+" words.")
}

func (a *Analyzer) mtld() Measure {
	if value, ok := lexis.MTLD(a.tokens, len(a.terms)); ok {
		return Measured(MTLD, value, mtld)
	}
	return Unsupported(MTLD, mtld, "There are fewer than "+strconv.Itoa(lexis.Least)+" words, or none comes twice.")
}

func (a *Analyzer) density() Measure {
	if a.function == nil {
		return Unsupported(LexicalDensity, density, "There is no list of function words for this language.")
	}
	return ratio(LexicalDensity, density, len(a.tokens)-a.functions, len(a.tokens))
}

// readable are the measures of sentences, and the formulas made of them.
func (a *Analyzer) readable() []Measure {
	n := a.sentences.Count()
	out := []Measure{Measured(Sentences, float64(n), annex)}
	if !a.scripts.Divided() {
		out = append(out, Unsupported(WordsPerSentence, mean, undivided))
	} else {
		out = append(out, ratio(WordsPerSentence, mean, len(a.tokens), n))
	}
	ease, known := readability.Ease(a.lang)
	out = append(out, a.formula(ReadingEase, ease, known))
	lix, known := readability.LIX(a.lang)
	return append(out, a.formula(LIX, lix, known))
}

// formula applies a formula of readability where it is valid.
func (a *Analyzer) formula(name Name, f readability.Formula, known bool) Measure {
	method, c := f.Name, readability.Counts{
		Words: len(a.tokens), Sentences: a.sentences.Count(), Letters: a.wordLetters, Syllables: a.syllables, Long: a.long,
	}
	if method == "" {
		method = "none"
	}
	switch {
	case !known:
		return Unsupported(name, method, "There is no formula for this language.")
	case !a.scripts.Alphabetic():
		return Unsupported(name, method, "The text is not in the script that the formula was made for.")
	case c.Words < readability.Least:
		return Unsupported(name, method, "There are fewer than "+strconv.Itoa(readability.Least)+" words.")
	case a.prose*2 <= a.lines:
		return Unsupported(name, method, "The formula is for prose, and most lines are verse.")
	case c.Sentences == 0:
		return Unsupported(name, method, "There are no sentences.")
	}
	return Measured(name, f.Of(c), method)
}

// poetic are the measures of lines of verse.
func (a *Analyzer) poetic() []Measure {
	return []Measure{
		a.ofVerseWords(), a.ofVerse(LettersPerLine, mean, a.poem.letters, true), a.syllabic(), a.rhymed(),
	}
}

// ofVerse is a count of the lines of verse, or its mean.
func (a *Analyzer) ofVerse(name Name, method string, n int, perLine bool) Measure {
	switch {
	case a.poem.lines == 0:
		return Unsupported(name, method, noVerse)
	case perLine:
		return Measured(name, float64(n)/float64(a.poem.lines), method)
	}
	return Measured(name, float64(n), method)
}

func (a *Analyzer) ofVerseWords() Measure {
	if !a.scripts.Divided() {
		return Unsupported(WordsPerLine, mean, undivided)
	}
	return a.ofVerse(WordsPerLine, mean, a.poem.words, true)
}

// syllabic counts the syllables of verse by the rule of the language; a Chinese
// character is one.
func (a *Analyzer) syllabic() Measure {
	const spelled, han = "syllables by spelling, arithmetic mean", "one syllable for each character, arithmetic mean"
	chinese := a.lang == "zh" || a.lang == "lzh" || a.lang == "yue"
	switch {
	case a.poem.lines == 0:
		return Unsupported(SyllablesPerLine, spelled, noVerse)
	case chinese && a.scripts.Han() && a.scripts.Letters > 0:
		return a.ofVerse(SyllablesPerLine, han, a.poem.letters, true)
	case !words.HasSyllables(a.lang):
		return Unsupported(SyllablesPerLine, spelled, "There is no rule of syllables for this language.")
	case !a.scripts.Alphabetic():
		return Unsupported(SyllablesPerLine, spelled, "The text is not in the script that the rule is for.")
	}
	return a.ofVerse(SyllablesPerLine, spelled, a.poem.syllables, true)
}

func (a *Analyzer) rhymed() Measure {
	method := verse.Method + ", within " + strconv.Itoa(verse.Near) + " lines"
	switch {
	case a.poem.lines == 0:
		return Unsupported(RhymeShare, method, noVerse)
	case a.scripts.Letters == 0:
		return Unsupported(RhymeShare, method, noLetters)
	case a.scripts.Abjad():
		return Unsupported(RhymeShare, method, "The script leaves out vowels, and rhyme is of them too.")
	case !a.scripts.Alphabetic():
		return Unsupported(RhymeShare, method, "The script is not an alphabet that writes every vowel.")
	}
	return Measured(RhymeShare, float64(verse.Rhymed(a.poem.endings))/float64(a.poem.lines), method)
}
