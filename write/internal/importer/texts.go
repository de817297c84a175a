package importer

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// stored is the state of an expression's text in the database: its current
// revision, and the hash of the last one that an import wrote.
type stored struct {
	revision int
	imported []byte
}

// textJob is a text that is new or changed.
type textJob struct {
	*expression
	was       stored
	revisions []textstore.Revision // to be written, the last one current
}

// syncTexts writes the texts that differ from what is stored: lines, a revision
// with what it replaced kept, and the numbers on the expression.
func (s *step) syncTexts(ctx context.Context, list []*expression) error {
	jobs, err := s.changedTexts(ctx, list)
	if err != nil || len(jobs) == 0 {
		return err
	}
	old, err := s.oldLines(ctx, jobs)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		if err := s.plan(ctx, job, old[job.id]); err != nil {
			return err
		}
	}
	if err := s.clearLines(ctx, jobs); err != nil {
		return err
	}
	if err := s.writeUnits(ctx, jobs); err != nil {
		return err
	}
	if err := s.writeRevisions(ctx, jobs); err != nil {
		return err
	}
	if err := s.writeLines(ctx, jobs); err != nil {
		return err
	}
	return s.noteTexts(ctx, jobs)
}

// imported begins the message of every revision that an import writes. What the
// library made of a text since then stands, for as long as the source does not
// change its own words.
const imported = "Imported"

func (s *step) changedTexts(ctx context.Context, list []*expression) ([]*textJob, error) {
	keys := make([]uuid.UUID, len(list))
	for i, e := range list {
		keys[i] = e.id
	}
	rows, err := s.tx.Query(ctx, `SELECT e.id, e.text_revision, (SELECT r.content_hash FROM core.text_revisions r
			WHERE r.expression_id = e.id AND r.actor_id IS NULL AND r.message LIKE $2 || '%' ORDER BY r.revision DESC LIMIT 1)
		FROM core.expressions e WHERE e.id = ANY($1)`, keys, imported)
	if err != nil {
		return nil, err
	}
	state := map[uuid.UUID]stored{}
	var id uuid.UUID
	var now stored
	if _, err = pgx.ForEachRow(rows, []any{&id, &now.revision, &now.imported}, func() error {
		state[id] = stored{now.revision, bytes.Clone(now.imported)}
		return nil
	}); err != nil {
		return nil, err
	}
	var jobs []*textJob
	for _, e := range list {
		if len(e.lines) == 0 {
			continue // a record without a text says nothing about the text
		}
		e.dress(e.lines)
		if was := state[e.id]; was.revision == 0 || !bytes.Equal(was.imported, textform.Hash(e.lines)) {
			jobs = append(jobs, &textJob{expression: e, was: was})
		}
	}
	return jobs, nil
}
