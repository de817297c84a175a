package generate

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tercul/tercul/write/internal/textform"
)

// expression is the original of a work or one of its translations.
type expression struct {
	work       work
	id, workID uuid.UUID
	number     uint64 // of its text
	kind       string
	tongue     *tongue
	title      string
	slug       string
	year       int
	lines      int
	translator int // -1 for the original
	aligned    bool
	rights     string
}

func (g *generator) eachExpression(visit func(expression) error) error {
	return g.eachWork(func(w work) error {
		if err := visit(g.original(w)); err != nil {
			return err
		}
		for k := range w.translations {
			if err := visit(g.translated(w, k)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (g *generator) original(w work) expression {
	return expression{
		work: w, id: g.id(idOriginal, w.n), workID: g.id(idWork, w.n), number: uint64(w.n) * (maxTranslations + 1), //nolint:gosec // never negative
		kind: "ORIGINAL", tongue: w.tongue, title: w.title, slug: w.tongue.tag + ".original", year: w.year, lines: w.lines,
		translator: -1, rights: "PUBLIC_DOMAIN",
	}
}

func (g *generator) translated(w work, k int) expression {
	t := g.translation(w, k)
	return expression{
		work: w, id: g.id(idTranslation, t.number), workID: g.id(idWork, w.n),
		number: uint64(w.n)*(maxTranslations+1) + uint64(k) + 1, //nolint:gosec // never negative
		kind:   "TRANSLATION", tongue: t.tongue, title: t.title, slug: t.slug(), year: t.year, lines: t.lines,
		translator: t.translator, aligned: t.aligned && t.lines > 0, rights: t.rights,
	}
}

func (g *generator) expressions(emit func(...any) error) error {
	return g.eachExpression(func(e expression) error {
		at := when(e.work.n)
		revision, quality, chars := 0, 0, 0
		var hash []byte
		if e.lines > 0 {
			lines := g.text(e.id, e.number, e.tongue, e.lines, e.work.kind)
			revision, quality, hash, chars = 1, 1+int(e.number%4), textform.Hash(lines), textform.Chars(lines)
		}
		return emit(e.id, e.workID, e.kind, e.tongue.tag, e.title, e.form(), e.year, quality, "PUBLISHED", at, revision, hash, e.lines, chars, at, at)
	})
}

// form is that of the work, but that one translation of verse in four is prose.
func (e expression) form() string {
	if e.work.kind == "PROSE" || e.number%4 == 3 {
		return "PROSE"
	}
	return "VERSE"
}

func (g *generator) expressionContributors(emit func(...any) error) error {
	return g.eachExpression(func(e expression) error {
		if e.translator < 0 {
			return nil
		}
		return emit(e.id, g.id(idTranslator, e.translator), "TRANSLATOR")
	})
}

func (g *generator) rights(emit func(...any) error) error {
	return g.eachExpression(func(e expression) error {
		var license *string
		if e.rights == "LICENSED" {
			id := "CC-BY-4.0"
			license = &id
		}
		return emit(textform.NewKey(e.id, 0, 0), e.id, e.rights, license, when(e.work.n))
	})
}

func (g *generator) revisions(emit func(...any) error) error {
	return g.eachExpression(func(e expression) error {
		if e.lines == 0 {
			return nil
		}
		lines := g.text(e.id, e.number, e.tongue, e.lines, e.work.kind)
		data, err := textform.RevisionJSON(lines)
		if err != nil {
			return err
		}
		return emit(e.id, 1, textform.Hash(lines), data, len(lines), when(e.work.n))
	})
}

func (g *generator) textLines(emit func(...any) error) error {
	return g.eachExpression(func(e expression) error {
		if e.lines == 0 {
			return nil
		}
		for i, l := range g.text(e.id, e.number, e.tongue, e.lines, e.work.kind) {
			if err := emit(e.id, i+1, l.Key, l.Ref, l.Kind, l.StanzaStart, l.Content); err != nil {
				return err
			}
		}
		return nil
	})
}

// alignment answers a translation with its original, line by line.
type alignment struct {
	work        work
	id          uuid.UUID
	left, right uuid.UUID
	lines       int
}

func (g *generator) eachAlignment(visit func(alignment) error) error {
	return g.eachWork(func(w work) error {
		if w.lines == 0 {
			return nil
		}
		for k := range w.translations {
			e := g.translated(w, k)
			if !e.aligned {
				continue
			}
			a := alignment{work: w, id: g.id(idAlignment, w.n*maxTranslations+k), left: g.id(idOriginal, w.n), right: e.id, lines: e.lines}
			if a.left.String() > a.right.String() {
				a.left, a.right = a.right, a.left
			}
			if err := visit(a); err != nil {
				return err
			}
		}
		return nil
	})
}

func (g *generator) alignments(emit func(...any) error) error {
	return g.eachAlignment(func(a alignment) error {
		at := when(a.work.n)
		return emit(a.id, g.id(idWork, a.work.n), a.left, a.right, 1, 1, "LINE_COUNT", "APPROVED", float32(0.95), at, at)
	})
}

func (g *generator) alignmentGroups(emit func(...any) error) error {
	return g.eachAlignment(func(a alignment) error {
		whole := pgtype.Range[pgtype.Int4]{
			Lower: pgtype.Int4{Int32: 1, Valid: true}, LowerType: pgtype.Inclusive,
			Upper: pgtype.Int4{Int32: int32(a.lines) + 1, Valid: true}, UpperType: pgtype.Exclusive, Valid: true, //nolint:gosec // small
		}
		return emit(a.id, 0, whole, whole, true, float32(0.95))
	})
}
