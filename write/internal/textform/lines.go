package textform

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Limits of one text.
const (
	MaxText      = 8 << 20 // bytes
	MaxLines     = 200_000
	MaxLineChars = 100_000
)

// Kinds of line.
const (
	Verse = "VERSE"
	Prose = "PROSE"
	Stage = "STAGE"
)

// Line is one line of a text. Its place in the slice is its sequence number
// less one.
type Line struct {
	Key         uuid.UUID
	Ref         string
	Kind        string
	Speaker     string
	Content     string
	StanzaStart bool
}

// Split cuts a cleaned text into lines. An empty line makes the next one open
// a stanza. Keys, refs and kinds are left for the caller, who knows the text's
// earlier state and the work it belongs to.
func Split(text string) ([]Line, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("the text has %d bytes, more than %d", len(text), MaxText)
	}
	lines := make([]Line, 0, strings.Count(text, "\n")+1)
	gap, number := false, 0
	for raw := range strings.SplitSeq(text, "\n") {
		number++
		content := strings.TrimRightFunc(raw, unicode.IsSpace)
		if content == "" {
			gap = len(lines) > 0
			continue
		}
		if n := utf8.RuneCountInString(content); n > MaxLineChars {
			return nil, fmt.Errorf("line %d of the text has %d characters, more than %d", number, n, MaxLineChars)
		}
		lines = append(lines, Line{Content: content, StanzaStart: gap})
		gap = false
	}
	if len(lines) > MaxLines {
		return nil, fmt.Errorf("the text has %d lines, more than %d", len(lines), MaxLines)
	}
	return lines, nil
}

// SetRefs numbers the lines: "10", or "1.10" in the part that prefix names.
func SetRefs(lines []Line, prefix string) {
	if prefix != "" {
		prefix += "."
	}
	for i := range lines {
		lines[i].Ref = prefix + strconv.Itoa(i+1)
	}
}

var refForm = regexp.MustCompile(`^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*$`)

// ValidRef tells whether a line or a part of a text can be cited so: letters and
// digits, parts divided by dots.
func ValidRef(ref string) bool { return refForm.MatchString(ref) }

// Join is the text of lines: Split makes the same lines of it.
func Join(lines []Line) string {
	var b strings.Builder
	for i := range lines {
		if i > 0 {
			b.WriteByte('\n')
			if lines[i].StanzaStart {
				b.WriteByte('\n')
			}
		}
		b.WriteString(lines[i].Content)
	}
	return b.String()
}

// Chars counts the characters of all lines.
func Chars(lines []Line) int {
	n := 0
	for i := range lines {
		n += utf8.RuneCountInString(lines[i].Content)
	}
	return n
}

// SetKinds marks each line as verse, prose or stage direction. A form that was
// given decides; else prose is prose, and poetry or drama is taken for verse
// unless its lines are as long as paragraphs, as in many prose translations. A
// play also gets its stage directions and speakers.
func SetKinds(lines []Line, literatureType, form string) {
	kind := Prose
	switch {
	case form == Verse || form == Prose:
		kind = form
	case literatureType == "POETRY" || literatureType == "DRAMA":
		kind = guess(lines)
	}
	for i := range lines {
		lines[i].Kind = kind
		if literatureType == "DRAMA" && inParentheses(lines[i].Content) {
			lines[i].Kind = Stage
		}
	}
	if literatureType == "DRAMA" {
		markSpeakers(lines)
	}
}

const longestVerse = 100

func guess(lines []Line) string {
	long := 0
	for i := range lines {
		if utf8.RuneCountInString(lines[i].Content) > longestVerse {
			long++
		}
	}
	if long*5 > len(lines) {
		return Prose
	}
	return Verse
}

func inParentheses(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) > 2 && s[0] == '(' && strings.IndexByte(s, ')') == len(s)-1
}
