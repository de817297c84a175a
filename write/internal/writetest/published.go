package writetest

import (
	"fmt"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/publicid"
)

// Published makes a work in the public domain with its original text, whose lines
// have the refs 1.1, 1.2 and so on. Everybody can see both.
func (w *World) Published(title string, lines ...string) (work, text publicid.ID) {
	w.T.Helper()
	work, text = w.newSubject("WORK"), w.newSubject("EXPRESSION")
	w.Exec(`INSERT INTO core.works (id, original_language, literature_type, status, published_at) VALUES ($1, 'it', 'POETRY', 'PUBLISHED', now())`, work.UUID)
	w.Exec("INSERT INTO core.work_titles (id, work_id, language, title, sort_title, title_kind) VALUES ($1, $1, 'it', $2, $2, 'PRIMARY')", work.UUID, title)
	w.Exec("INSERT INTO core.rights (id, subject_id, status) VALUES ($1, $1, 'PUBLIC_DOMAIN'), ($2, $2, 'PUBLIC_DOMAIN')", work.UUID, text.UUID)
	w.Exec(`INSERT INTO core.expressions (id, work_id, expression_kind, language, title, status, published_at, text_revision, line_count)
		VALUES ($1, $2, 'ORIGINAL', 'it', $3, 'PUBLISHED', now(), 1, $4)`, text.UUID, work.UUID, title, len(lines))
	for i, line := range lines {
		w.Exec("INSERT INTO core.text_lines (expression_id, seq, line_key, ref, content) VALUES ($1, $2, $3, $4, $5)",
			text.UUID, i+1, uuid.New(), fmt.Sprintf("1.%d", i+1), line)
	}
	return work, text
}

// Unpublish takes a work out of sight.
func (w *World) Unpublish(work publicid.ID) {
	w.T.Helper()
	w.Exec("UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = $1", work.UUID)
}

func (w *World) newSubject(kind string) publicid.ID {
	w.T.Helper()
	id, err := publicid.New(kind)
	require.NoError(w.T, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, $2)", id.UUID, kind)
	return id
}
