package traffic

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
)

// Work is a work of the library with what is read of it.
type Work struct {
	ID, Slug              string
	Author, AuthorSlug    string
	Original, Translation string
	Names                 int // its first register; see the constants
}

// The registers of a work, counted from its first.
const (
	regDescription = iota // by the write service
	regTranslation        // the translation's title, by the write service
	regText               // the translation's text, by the write service
	regAuthor             // the author's name, in SQL
	regTitle              // the work's title, in SQL
	regOriginal           // the original's first line, in SQL
	perWork
)

var registerNames = [perWork]string{"description", "translation's title", "translation's text", "author's name", "title", "original's line"}

// Ledger has the registers of a number of works.
func Ledger(works int) *history.Ledger {
	var names []string
	for w := range works {
		for _, name := range registerNames {
			names = append(names, fmt.Sprintf("work %d's %s", w, name))
		}
	}
	return history.NewLedger(names...)
}

// Build makes the library, through the write service.
func Build(ctx context.Context, w *Writer, db *pgxpool.Pool, works int) ([]*Work, error) {
	var library []*Work
	for i := range works {
		work, err := build(ctx, w, i*perWork)
		if err != nil {
			return nil, fmt.Errorf("make a library: %w", err)
		}
		// It was given the work's title, which is to stand in one place alone.
		if _, err := db.Exec(ctx, "UPDATE core.expressions SET title = 'Testo' WHERE id = (SELECT id FROM core.subjects WHERE public_id = $1)", work.Original); err != nil {
			return nil, fmt.Errorf("make a library: %w", err)
		}
		library = append(library, work)
	}
	return library, nil
}

func build(ctx context.Context, w *Writer, first int) (*Work, error) {
	b := builder{ctx: ctx, writer: w}
	at := func(register int) string { return history.Mark(first+register, 0) }
	author := b.run("createAuthor", "author { id slug }", map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": "Poeta " + at(regAuthor)}}})
	work := b.run("createWork", "work { id expressions { id } }", map[string]any{
		"originalLanguage": "it", "literatureType": "POETRY", "titles": []any{map[string]any{"language": "it", "title": "Opera " + at(regTitle)}},
		"description": "Un'opera " + at(regDescription), "contributors": []any{map[string]any{"personId": b.text(author, "author", "id")}},
		"text": "Nel mezzo " + at(regOriginal) + "\nmi ritrovai per una selva oscura\n\nche la diritta via era smarrita",
	})
	open := map[string]any{"status": "PUBLIC_DOMAIN", "basis": "The author died in 1321.", "evidenceUrl": "https://example.org/"}
	id := b.text(work, "work", "id")
	b.run("setRights", "rights { status }", map[string]any{"subjectId": id, "rights": open})
	published := b.run("publishWork", "work { slug }", map[string]any{"id": id, "expectedVersion": 1})
	translation := b.run("createTranslation", "translation { id }", map[string]any{
		"workId": id, "language": "en", "title": "Work " + at(regTranslation), "text": "Midway " + at(regText) + "\nI found myself within a forest dark",
		"contributors": []any{map[string]any{"personId": b.text(author, "author", "id"), "role": "TRANSLATOR"}},
	})
	b.run("setRights", "rights { status }", map[string]any{"subjectId": b.text(translation, "translation", "id"), "rights": open})
	b.run("publishTranslation", "translation { id }", map[string]any{"id": b.text(translation, "translation", "id"), "expectedVersion": 1})
	return &Work{
		ID: id, Slug: b.text(published, "work", "slug"), Author: b.text(author, "author", "id"), AuthorSlug: b.text(author, "author", "slug"),
		Original: b.text(work, "work", "expressions", "first", "id"), Translation: b.text(translation, "translation", "id"), Names: first,
	}, b.err
}

// builder carries out commands until one fails.
type builder struct {
	ctx    context.Context //nolint:containedctx // it lives for one call of build
	writer *Writer
	err    error
}

func (b *builder) run(name, selection string, input map[string]any) map[string]any {
	if b.err != nil {
		return nil
	}
	r, err := b.writer.Do(b.ctx, mutation(name, selection), map[string]any{"in": input})
	if err == nil && r.Refused != "" {
		err = fmt.Errorf("%s was refused: %s", name, r.Refused)
	}
	var payload map[string]any
	if err == nil {
		err = json.Unmarshal(r.Data[name], &payload)
	}
	b.err = err
	return payload
}

func (b *builder) text(payload map[string]any, path ...string) string {
	var at any = payload
	for _, name := range path {
		if list, ok := at.([]any); ok && len(list) > 0 {
			at = list[0]
			continue
		}
		object, _ := at.(map[string]any)
		at = object[name]
	}
	text, _ := at.(string)
	if text == "" && b.err == nil {
		b.err = fmt.Errorf("nothing at %s in %v", strings.Join(path, "."), payload)
	}
	return text
}

func mutation(name, selection string) string {
	input := strings.ToUpper(name[:1]) + name[1:] + "Input"
	return "mutation($in: " + input + "!) { " + name + "(input: $in) { " + selection + " userErrors { code message } } }"
}

// FirstRegister is the description of the first work, which the write service changes.
const FirstRegister = regDescription
