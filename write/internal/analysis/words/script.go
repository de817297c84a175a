package words

import "unicode"

// Scripts counts letters by what their scripts allow to be measured.
type Scripts struct {
	Letters    int
	undivided  int // of scripts that do not divide words
	alphabetic int // of alphabets that write every vowel
	han        int
	abjads     int
}

var undivided = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

var alphabets = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Armenian, unicode.Georgian}

// Add counts the letters of a line.
func (s *Scripts) Add(line string) {
	for _, r := range line {
		if !unicode.IsLetter(r) {
			continue
		}
		s.Letters++
		switch {
		case r < unicode.MaxLatin1 || unicode.In(r, alphabets...):
			s.alphabetic++
		case unicode.Is(unicode.Han, r):
			s.han++
			s.undivided++
		case unicode.In(r, undivided...):
			s.undivided++
		case abjad(r):
			s.abjads++
		}
	}
}

// Divided tells whether the text is written in words: no more than a tenth of its
// letters are of scripts that do not divide them.
func (s *Scripts) Divided() bool { return s.undivided*10 <= s.Letters }

// Alphabetic tells whether nine tenths of the letters are of alphabets that write
// every vowel: Latin, Greek, Cyrillic, Armenian, Georgian.
func (s *Scripts) Alphabetic() bool { return s.alphabetic*10 >= s.Letters*9 }

// Abjad tells whether most letters are Arabic or Hebrew.
func (s *Scripts) Abjad() bool { return s.abjads*2 > s.Letters }

// Han tells whether nine tenths of the letters are Chinese characters.
func (s *Scripts) Han() bool { return s.han*10 >= s.Letters*9 }
