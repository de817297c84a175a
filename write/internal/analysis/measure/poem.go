package measure

import (
	"github.com/tercul/tercul/write/internal/analysis/verse"
)

// Limits of what is said of stanzas.
const (
	maxStanzas     = 200
	maxStanzaLines = 100 // with a scheme
)

// poem counts the lines of verse and keeps their ends.
type poem struct {
	lines, words, letters, syllables int
	endings                          []string
	stanzas                          []span
	open                             bool
}

// span is where the endings of a stanza are.
type span struct{ from, lines int }

// apart ends a stanza: something else than verse comes between.
func (p *poem) apart() { p.open = false }

func (p *poem) add(stanzaStart bool, words, letters, syllables int, last string) {
	if stanzaStart || !p.open {
		p.stanzas = append(p.stanzas, span{from: len(p.endings)})
		p.open = true
	}
	p.lines++
	p.words += words
	p.letters += letters
	p.syllables += syllables
	p.endings = append(p.endings, verse.Ending(last))
	p.stanzas[len(p.stanzas)-1].lines++
}

// list is what each stanza is like; rhymed tells whether rhymes can be told.
func (p *poem) list(rhymed bool) []Stanza {
	out := make([]Stanza, 0, min(len(p.stanzas), maxStanzas))
	for _, s := range p.stanzas[:min(len(p.stanzas), maxStanzas)] {
		stanza := Stanza{Lines: s.lines}
		if rhymed && s.lines <= maxStanzaLines {
			if scheme := verse.Scheme(p.endings[s.from : s.from+s.lines]); scheme != "" {
				stanza.Scheme = &scheme
			}
		}
		out = append(out, stanza)
	}
	return out
}

func (a *Analyzer) stanzas() []Stanza {
	return a.poem.list(a.scripts.Alphabetic() && a.scripts.Letters > 0)
}
