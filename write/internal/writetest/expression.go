package writetest

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// PublishedWork makes a poem that everybody sees, without a text.
func (w *World) PublishedWork(language, title string) publicid.ID {
	w.T.Helper()
	id := w.subject("WORK")
	w.Exec(`INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES ($1, $2, 'POETRY', 'PUBLISHED', now())`, id.UUID, language)
	w.Exec("INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES ($1, $1, $2, $3, $3)", id.UUID, language, title)
	w.Exec("INSERT INTO core.work_contributors (work_id, person_id, role) VALUES ($1, $2, 'AUTHOR')", id.UUID, w.Person("The author of "+title).UUID)
	return id
}

// PublishedText makes an expression in the public domain that everybody sees: the
// ORIGINAL, or a TRANSLATION by somebody. Without a text it has none.
func (w *World) PublishedText(work publicid.ID, kind, language, text string) publicid.ID {
	w.T.Helper()
	id := w.subject("EXPRESSION")
	w.Exec(`INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at)
		VALUES ($1, $2, $3, $4, $5, 'PUBLISHED', now())`, id.UUID, work.UUID, kind, language, "A text in "+language)
	w.Exec("INSERT INTO core.rights (id, subject_id, status, evidence_url) VALUES ($1, $1, 'PUBLIC_DOMAIN', 'https://example.org/')", id.UUID)
	if kind != "ORIGINAL" {
		w.Exec("INSERT INTO core.expression_contributors (expression_id, person_id, role) VALUES ($1, $2, 'TRANSLATOR')", id.UUID, w.Person("A translator").UUID)
	}
	if text != "" {
		w.write(id.UUID, text)
	}
	return id
}

func (w *World) write(id uuid.UUID, words string) {
	w.T.Helper()
	lines, err := textform.Split(words)
	require.NoError(w.T, err)
	textform.SetRefs(lines, "")
	textform.SetKinds(lines, "POETRY", "")
	textform.Rekey(id, 1, nil, lines)
	text := []textstore.Text{{Expression: id, Revisions: []textstore.Revision{{Number: 1, Lines: lines, Hash: textform.Hash(lines), Created: time.Now()}}}}
	_, err = textstore.AddRevisions(context.Background(), w.Tx, text)
	require.NoError(w.T, err)
	_, err = textstore.AddLines(context.Background(), w.Tx, text)
	require.NoError(w.T, err)
	w.Exec("UPDATE core.expressions SET text_revision = 1, content_hash = $2, line_count = $3, char_count = $4 WHERE id = $1",
		id, text[0].Last().Hash, len(lines), textform.Chars(lines))
}

// Claim makes a contributor who has claimed the translator of a text.
func (w *World) Claim(expression publicid.ID) *identity.Actor {
	w.T.Helper()
	member := w.User(identity.Contributor)
	w.Exec(`UPDATE core.persons SET claimed_by = $2 WHERE id = (SELECT person_id FROM core.expression_contributors
		WHERE expression_id = $1 AND role = 'TRANSLATOR' LIMIT 1)`, expression.UUID, member.UserID)
	return member
}

func (w *World) subject(kind string) publicid.ID {
	w.T.Helper()
	id, err := publicid.New(kind)
	require.NoError(w.T, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, $2)", id.UUID, kind)
	return id
}
