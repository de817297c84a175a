package words

import (
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// Splitter cuts lines of one language into words. It is for one goroutine.
type Splitter struct {
	lower  func(string) string
	elides bool
}

// NewSplitter returns a Splitter for a language, by its primary subtag.
func NewSplitter(lang string) *Splitter {
	s := &Splitter{lower: strings.ToLower, elides: elides[lang]}
	if cased[lang] {
		s.lower = cases.Lower(language.Make(lang)).String
	}
	return s
}

// cased are the languages whose small letters Unicode makes by rules of their own:
// dotted and dotless i, the sigma at the end of a word.
var cased = map[string]bool{"tr": true, "az": true, "lt": true, "el": true, "grc": true}

// elides are the languages in which an apostrophe divides two words: l'amore,
// j'aime. The annex leaves that to each language.
var elides = map[string]bool{"it": true, "fr": true, "ca": true, "oc": true}

// Each gives the words of a line in small letters, in their order.
func (s *Splitter) Each(line string, word func(string)) {
	state := -1
	for line != "" {
		var segment string
		segment, line, state = uniseg.FirstWordInString(line, state)
		if !HasLetter(segment) {
			continue
		}
		if !s.elides {
			word(s.fold(segment))
			continue
		}
		for _, part := range strings.FieldsFunc(segment, apostrophe) {
			if HasLetter(part) {
				word(s.fold(part))
			}
		}
	}
}

func apostrophe(r rune) bool { return r == '\'' || r == '’' }

// fold is the form by which words are compared: small letters; in Arabic and
// Hebrew without the marks of vowels, which a text may write or leave out, and
// without the stroke that only stretches a word.
func (s *Splitter) fold(word string) string {
	if strings.IndexFunc(word, abjad) >= 0 {
		return strings.Map(unmarked, word)
	}
	return s.lower(word)
}

func abjad(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }

func unmarked(r rune) rune {
	if unicode.Is(unicode.Mn, r) || r == '\u0640' {
		return -1
	}
	return r
}

// HasLetter tells whether a text has a letter.
func HasLetter(text string) bool { return strings.IndexFunc(text, unicode.IsLetter) >= 0 }

// Letters counts the letters of a text: the characters of category L. Marks that
// are written on or around a letter are not counted.
func Letters(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}
