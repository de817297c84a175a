package words

import "github.com/rivo/uniseg"

// Sentences counts the sentences of a text that comes line by line. One that has
// no letter in it is none.
type Sentences struct {
	open   []byte // what has not come to its end
	looked int    // how much of it was looked through
	count  int
}

// Sizes of what is held back: it is looked through when there is so much more, and a
// sentence of this length is taken to have ended.
const (
	lookAt  = 16 << 10
	longest = 64 << 10
)

// Add goes on with the sentence at hand: a line of verse.
func (s *Sentences) Add(line string) {
	if len(s.open) > 0 {
		s.open = append(s.open, ' ')
	}
	s.open = append(s.open, line...)
	if len(s.open)-s.looked >= lookAt {
		s.cut()
	}
}

// End ends the sentence at hand: the end of a paragraph.
func (s *Sentences) End() {
	s.cut()
	s.ended(s.open)
	s.open, s.looked = s.open[:0], 0
}

// Count is how many there were up to the last End.
func (s *Sentences) Count() int { return s.count }

func (s *Sentences) ended(sentence []byte) {
	if HasLetter(string(sentence)) {
		s.count++
	}
}

// cut counts all sentences but the last, which may go on.
func (s *Sentences) cut() {
	rest, state := s.open, -1
	for len(rest) > 0 {
		sentence, after, next := uniseg.FirstSentence(rest, state)
		if len(after) == 0 && len(rest) < longest {
			break
		}
		s.ended(sentence)
		rest, state = after, next
	}
	s.open = append(s.open[:0], rest...)
	s.looked = len(s.open)
}
