package textform

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Changes counts what cleaning altered, in strings.
type Changes struct {
	NFC      int // brought to normalisation form C
	LineEnds int // CR, CRLF, NEL, LS or PS made into a line feed
	Spaces   int // tabs made into spaces, byte order marks taken out
}

// Add sums two counts.
func (c *Changes) Add(o Changes) {
	c.NFC += o.NFC
	c.LineEnds += o.LineEnds
	c.Spaces += o.Spaces
}

// CharError is a character that no text may hold.
type CharError struct {
	Char rune
	At   int // position in characters, from one
}

func (e *CharError) Error() string {
	kind := "control character"
	if isBidiControl(e.Char) {
		kind = "bidirectional override"
	}
	return fmt.Sprintf("%s U+%04X at character %d", kind, e.Char, e.At)
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")
var spaces = strings.NewReplacer("\t", " ", "\ufeff", "")

// Clean normalises a text of any number of lines, or says which character
// keeps it out.
func Clean(s string) (string, Changes, error) {
	var c Changes
	if out := lineEnds.Replace(s); out != s {
		s, c.LineEnds = out, 1
	}
	if out := spaces.Replace(s); out != s {
		s, c.Spaces = out, 1
	}
	if !norm.NFC.IsNormalString(s) {
		s, c.NFC = norm.NFC.String(s), 1
	}
	return s, c, check(s)
}

// CleanLine normalises a value of one line, such as a title: line ends become
// spaces and the ends are trimmed.
func CleanLine(s string) (string, Changes, error) {
	s, c, err := Clean(s)
	if strings.Contains(s, "\n") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimSpace(s), c, err
}

func check(s string) error {
	at := 0
	for _, r := range s {
		at++
		if r != '\n' && forbidden(r) {
			return &CharError{Char: r, At: at}
		}
	}
	return nil
}

func forbidden(r rune) bool {
	if r >= 0x20 && r < 0x7f {
		return false
	}
	return unicode.IsControl(r) || isBidiControl(r) || r&0xfffe == 0xfffe || (r >= 0xfdd0 && r <= 0xfdef)
}

// isBidiControl covers embeddings, overrides and isolates: each can make a
// line read otherwise than it is stored. The marks U+200E and U+200F only hint
// at a direction and stay.
func isBidiControl(r rune) bool {
	return (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069)
}
