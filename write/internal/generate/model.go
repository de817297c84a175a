package generate

import (
	"fmt"
	"math"
	"strconv"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/textform"
)

// Kinds of id.
const (
	idWork = iota
	idAuthor
	idTranslator
	idOriginal
	idTranslation
	idAlignment
	idTitle
	idName
)

// Options of a made-up library.
type Options struct {
	Works        int
	Seed         uint64
	Lines        Range // of a text; the popular works have the long ones
	Translations Range // of a work; the popular works have many
}

// Range is from a to b, both included.
type Range struct{ From, To int }

type generator struct {
	Options
	authors     int
	translators int
	stride      int // permutes works into their ranks
}

func newGenerator(o Options) *generator {
	g := &generator{Options: o, authors: max(1, o.Works/8), translators: max(1, o.Works/10)}
	g.stride = coprime(o.Works)
	return g
}

// coprime finds a step that visits every rank once.
func coprime(n int) int {
	for step := n*618/1000 + 1; ; step++ {
		if gcd(step, n) == 1 {
			return step
		}
	}
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// work is everything that follows from a work's number.
type work struct {
	n            int
	rank         int // 1 is the most popular
	tongue       *tongue
	title        string
	kind         string
	year         int
	author       int
	translations int
	lines        int // of its original
}

func (g *generator) work(n int) work {
	r := g.of(ofWork, uint64(n)) //nolint:gosec // never negative
	w := work{n: n, rank: (n*g.stride)%g.Works + 1, tongue: &tongues[r.skewed(len(tongues))]}
	w.title = w.tongue.words(&r, r.between(1, 4), true)
	w.kind = []string{"POETRY", "PROSE", "DRAMA", "POETRY", "PROSE"}[r.below(5)]
	w.year = r.between(1200, 1990)
	w.author = r.skewed(g.authors)
	w.translations = within(g.Translations, math.Sqrt(g.share(w.rank)), &r)
	w.lines = within(g.Lines, g.share(w.rank), nil)
	return w
}

// share is 1 for the most popular hundredth of the works, and less the lower a
// work ranks.
func (g *generator) share(rank int) float64 {
	return math.Min(1, math.Max(1, float64(g.Works)/100)/float64(rank))
}

// within is a share of a range; chance rounds, where there is one.
func within(of Range, share float64, r *random) int {
	exact := float64(of.To-of.From) * share
	whole := int(exact)
	if r != nil && r.below(1000) < int(1000*(exact-float64(whole))) {
		whole++
	}
	return of.From + whole
}

// views follow Zipf's law.
func (w work) views() int64 { return int64(10_000_000 / float64(w.rank)) }

func (g *generator) slug(kind string, n int) string {
	return kind + "-" + strconv.FormatUint(g.Seed, 36) + "-" + strconv.FormatInt(int64(n), 36)
}

// person is an author or a translator.
type person struct {
	tongue *tongue
	name   string
	sort   string
	birth  int
}

func (g *generator) person(kind uint64, n int) person {
	r := g.of(kind, uint64(n)) //nolint:gosec // never negative
	t := &tongues[r.skewed(len(tongues))]
	given, family := t.words(&r, 1, true), t.words(&r, 1, true)
	p := person{tongue: t, name: given + t.space + family, sort: family + ", " + given, birth: r.between(1150, 1960)}
	if t.space == "" {
		p.sort = p.name
	}
	return p
}

// translation k of a work.
type translation struct {
	number     int // over all works
	tongue     *tongue
	title      string
	translator int
	year       int
	lines      int
	aligned    bool // line by line
	rights     string
}

// maxTranslations of one work, by which translations are numbered.
const maxTranslations = 100

func (g *generator) translation(w work, k int) translation {
	number := w.n*maxTranslations + k
	r := g.of(ofTranslation, uint64(number)) //nolint:gosec // never negative
	t := translation{number: number, tongue: &tongues[r.below(len(tongues))]}
	if t.tongue == w.tongue { // into any other, the last one standing in for the work's own
		if t.tongue = &tongues[r.below(len(tongues)-1)]; t.tongue == w.tongue {
			t.tongue = &tongues[len(tongues)-1]
		}
	}
	t.title = t.tongue.words(&r, r.between(1, 4), true)
	t.translator = r.skewed(g.translators)
	t.year = min(w.year+r.between(1, 300), 2020)
	t.lines, t.aligned = w.lines, r.chance(60)
	if !t.aligned && t.lines > 0 {
		t.lines = max(1, t.lines+r.between(-t.lines/4, t.lines/4+1))
	}
	t.rights = []string{"PUBLIC_DOMAIN", "PUBLIC_DOMAIN", "PUBLIC_DOMAIN", "LICENSED", "IN_COPYRIGHT"}[r.below(5)]
	return t
}

func (t translation) slug() string {
	return fmt.Sprintf("%s.t%s", t.tongue.tag, strconv.FormatInt(int64(t.number), 36))
}

// text is the lines of an expression.
func (g *generator) text(expression uuid.UUID, number uint64, t *tongue, count int, kind string) []textform.Line {
	r := g.of(ofText, number)
	lines := make([]textform.Line, count)
	lineKind := textform.Verse
	if kind == "PROSE" {
		lineKind = textform.Prose
	}
	for i := range lines {
		lines[i] = textform.Line{
			Key: textform.NewKey(expression, 1, i+1), Ref: strconv.Itoa(i + 1), Kind: lineKind,
			Content: t.line(&r), StanzaStart: i > 0 && i%4 == 0,
		}
	}
	return lines
}
