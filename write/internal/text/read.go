package text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/textform"
)

// Limits of what is written here. Imported texts may have longer lines.
const (
	maxLine    = 20_000 // characters
	maxRef     = 80
	maxSpeaker = 200
	maxFaults  = 50 // told of one text
)

// plain reads a text line by line. Nothing but white space is no text.
func plain(tx *command.Tx, field, text string) []textform.Line {
	clean, _, err := textform.Clean(text)
	if err != nil {
		tx.Fault(apperr.UserInvalid, field, "The text has a "+err.Error()+".")
		return nil
	}
	lines, err := textform.Split(clean)
	if err != nil {
		tx.Fault(apperr.UserTooLong, field, sentence(err))
		return nil
	}
	if len(lines) == 0 {
		tx.Fault(apperr.UserBlank, field, "It must not be empty.")
	}
	for i := range lines {
		if n := utf8.RuneCountInString(lines[i].Content); n > maxLine {
			tx.Fault(apperr.UserTooLong, field, fmt.Sprintf("Line %d has %d characters; a line may have %d.", i+1, n, maxLine),
				"line", strconv.Itoa(i+1), "max", strconv.Itoa(maxLine))
			break
		}
	}
	return lines
}

func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// given reads lines that come one by one, and notes what is wrong with them.
func given(tx *command.Tx, in []model.TextLineInput) []textform.Line {
	switch {
	case len(in) == 0:
		tx.Fault(apperr.UserBlank, "lines", "It must not be empty.")
		return nil
	case len(in) > textform.MaxLines:
		tx.Fault(apperr.UserTooMany, "lines", "There may be at most "+strconv.Itoa(textform.MaxLines)+".", "max", strconv.Itoa(textform.MaxLines))
		return nil
	}
	c := &check{tx: tx}
	lines, bytes := make([]textform.Line, len(in)), 0
	for i := range in {
		c.at = "lines." + strconv.Itoa(i)
		lines[i] = c.line(&in[i])
		lines[i].StanzaStart = lines[i].StanzaStart && i > 0
		bytes += len(lines[i].Content) + 1
		if c.found > maxFaults {
			break
		}
	}
	if bytes > textform.MaxText {
		tx.Fault(apperr.UserTooLong, "lines", fmt.Sprintf("The text has %d bytes; it may have %d.", bytes, textform.MaxText), "max", strconv.Itoa(textform.MaxText))
	}
	return lines
}

// check reads one line after the other. It stops looking where there are too many
// faults to read.
type check struct {
	tx    *command.Tx
	at    string
	found int
}

func (c *check) fault(code apperr.UserCode, field, message string) {
	c.found++
	c.tx.Fault(code, c.at+"."+field, message)
}

func (c *check) line(in *model.TextLineInput) textform.Line {
	l := textform.Line{Content: c.words("content", in.Content, maxLine), StanzaStart: in.StanzaStart}
	if l.Content == "" && strings.TrimSpace(in.Content) == "" {
		c.fault(apperr.UserBlank, "content", "A line has words; stanzaStart opens a stanza.")
	}
	if in.Kind != nil {
		l.Kind = string(*in.Kind)
	}
	if in.Speaker != nil {
		l.Speaker = c.words("speaker", *in.Speaker, maxSpeaker)
		if in.Kind == nil {
			c.fault(apperr.UserInvalid, "kind", "Say the kind of a line that has a speaker.")
		}
	}
	if in.Ref != nil {
		l.Ref = *in.Ref
		if len(l.Ref) > maxRef || !textform.ValidRef(l.Ref) {
			c.fault(apperr.UserInvalid, "ref", "A ref has letters and digits, its parts divided by dots, and at most 80 characters.")
		}
	}
	return l
}

// words cleans a text of one line; with a fault it is empty.
func (c *check) words(field, text string, longest int) string {
	clean, _, err := textform.Clean(text)
	var odd *textform.CharError
	switch {
	case errors.As(err, &odd):
		c.fault(apperr.UserInvalid, field, "It has a "+odd.Error()+".")
		return ""
	case strings.Contains(clean, "\n"):
		c.fault(apperr.UserInvalid, field, "It must be one line.")
		return ""
	case utf8.RuneCountInString(clean) > longest:
		c.fault(apperr.UserTooLong, field, "It may have at most "+strconv.Itoa(longest)+" characters.")
		return ""
	}
	return strings.TrimRightFunc(clean, unicode.IsSpace)
}
