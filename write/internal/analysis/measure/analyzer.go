package measure

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tercul/tercul/write/internal/analysis/words"
)

// Kinds of line that belong to the text. Headings, names of speakers, stage
// directions and notes do not.
const (
	verseKind = "VERSE"
	proseKind = "PROSE"
)

// Line is a line of a text as the library keeps it.
type Line struct {
	Kind        string
	Content     string
	StanzaStart bool
}

// Limits of what is read.
const (
	MaxBytes   = 4 << 20
	sampleSize = 4000 // characters
)

// Analyzer reads one text. It is for one goroutine.
type Analyzer struct {
	lang     string
	splitter *words.Splitter
	function map[string]bool
	limit    int

	read, all   int // characters read, and of the whole text
	bytes       int
	full        bool
	lines       int
	prose       int
	sample      strings.Builder
	sampled     int
	scripts     words.Scripts
	sentences   words.Sentences
	kind        string
	vocabulary  map[string]int32
	terms       []Term
	tokens      []int32
	wordLetters int
	long        int
	syllables   int
	functions   int
	poem        poem
}

// New returns an Analyzer for a text in a language, by its tag.
func New(tag string) *Analyzer { return newLimited(tag, MaxBytes) }

func newLimited(tag string, limit int) *Analyzer {
	lang := Primary(tag)
	return &Analyzer{
		lang: lang, splitter: words.NewSplitter(lang), function: words.FunctionWords(lang), limit: limit, vocabulary: map[string]int32{},
	}
}

// Primary is the primary subtag of a language tag.
func Primary(tag string) string {
	primary, _, _ := strings.Cut(tag, "-")
	return primary
}

// Add reads the next line.
func (a *Analyzer) Add(l Line) {
	if l.Kind != verseKind && l.Kind != proseKind {
		a.poem.apart()
		return
	}
	n := utf8.RuneCountInString(l.Content)
	a.all += n
	if a.full = a.full || a.bytes+len(l.Content) > a.limit; a.full {
		return
	}
	a.bytes += len(l.Content)
	a.read += n
	a.lines++
	a.keepSample(l.Content)
	a.scripts.Add(l.Content)
	a.paragraph(l)
	a.split(l)
}

// keepSample keeps the beginning of the text.
func (a *Analyzer) keepSample(line string) {
	for _, r := range line {
		if a.sampled >= sampleSize {
			return
		}
		a.sample.WriteRune(r)
		a.sampled++
	}
	a.sample.WriteByte('\n')
}

// paragraph goes on with a sentence from verse to verse; a line of prose is a
// paragraph, whose end ends the sentence.
func (a *Analyzer) paragraph(l Line) {
	if l.Kind != a.kind {
		a.sentences.End()
		a.kind = l.Kind
	}
	a.sentences.Add(l.Content)
	if l.Kind == proseKind {
		a.prose++
		a.sentences.End()
	}
}

// split reads the words of a line.
func (a *Analyzer) split(l Line) {
	before, letters, last, inLine := len(a.tokens), words.Letters(l.Content), "", 0
	a.splitter.Each(l.Content, func(word string) {
		a.word(word)
		n, _ := words.Syllables(a.lang, word)
		inLine += n
		last = word
	})
	a.syllables += inLine
	if l.Kind == verseKind {
		a.poem.add(l.StanzaStart, len(a.tokens)-before, letters, inLine, last)
	} else {
		a.poem.apart()
	}
}

// word notes one word.
func (a *Analyzer) word(word string) {
	id, known := a.vocabulary[word]
	if !known {
		word = strings.Clone(word) // the line it is part of may be forgotten
		id = int32(len(a.terms))   //nolint:gosec // fewer words than bytes
		a.vocabulary[word] = id
		a.terms = append(a.terms, Term{Word: word})
	}
	a.terms[id].Frequency++
	a.tokens = append(a.tokens, id)
	n := words.Letters(word)
	a.wordLetters += n
	if n > 6 {
		a.long++
	}
	if a.function[word] {
		a.functions++
	}
}

// Report says what was read.
func (a *Analyzer) Report() *Report {
	a.sentences.End()
	a.poem.apart()
	r := &Report{Language: a.lang, Measures: a.measures(), Stanzas: a.stanzas(), Coverage: 1, Sample: a.sample.String()}
	if a.all > 0 {
		r.Coverage = float64(a.read) / float64(a.all)
	}
	if a.scripts.Divided() {
		r.Tokens, r.Terms = len(a.tokens), slices.Clone(a.terms)
		slices.SortFunc(r.Terms, func(x, y Term) int {
			return cmp.Or(cmp.Compare(y.Frequency, x.Frequency), cmp.Compare(x.Word, y.Word))
		})
	}
	return r
}
