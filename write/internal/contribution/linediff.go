package contribution

import (
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// change is lines of one text in the place of lines of another, from 0.
type change struct{ from, to, replFrom, replTo int }

// patience is how long two texts are compared: after it what is left is one change.
const patience = 500 * time.Millisecond

// changesOf finds how one text is made of another. The library compares runes: each
// line that there is gets one, and lines that are the same get the same.
func changesOf(a, b []string) (out []change) {
	known := map[string]rune{}
	d := diffmatchpatch.New()
	d.DiffTimeout = patience
	var at, repl int
	for _, part := range d.DiffMainRunes(runesOf(a, known), runesOf(b, known), false) {
		n := utf8.RuneCountInString(part.Text)
		if part.Type == diffmatchpatch.DiffEqual {
			at, repl = at+n, repl+n
			continue
		}
		if last := len(out) - 1; last < 0 || out[last].to != at || out[last].replTo != repl {
			out = append(out, change{at, at, repl, repl})
		}
		last := &out[len(out)-1]
		if part.Type == diffmatchpatch.DiffDelete {
			at += n
			last.to = at
		} else {
			repl += n
			last.replTo = repl
		}
	}
	return out
}

// surrogates are no characters: strings cannot hold them.
const (
	surrogates    = 0xd800
	endSurrogates = 0xe000
)

func runesOf(lines []string, known map[string]rune) []rune {
	out := make([]rune, len(lines))
	for i, line := range lines {
		r, ok := known[line]
		if !ok {
			if r = rune(len(known) + 1); r >= surrogates { //nolint:gosec // two texts have at most 400,000 lines
				r += endSurrogates - surrogates
			}
			known[line] = r
		}
		out[i] = r
	}
	return out
}
