package importer

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// plan decides the revisions of a text: the earlier ones that history.jsonl
// gives, when the text is new here, and then the record's own.
func (s *step) plan(ctx context.Context, job *textJob, old []textform.Line) error {
	number := job.was.revision
	if number == 0 {
		earlier, err := s.history.of(job.id)
		if err != nil {
			return err
		}
		if err := s.forgetStrangers(ctx, earlier); err != nil {
			return err
		}
		for _, h := range earlier {
			number++
			lines := h.lines
			job.dress(lines)
			textform.Rekey(job.id, number, old, lines)
			job.revisions = append(job.revisions, textstore.Revision{
				Number: number, Lines: lines, Hash: textform.Hash(lines), Message: h.message, Actor: h.actor, Created: h.created,
			})
			old = lines
		}
	}
	number++
	textform.Rekey(job.id, number, old, job.lines)
	message := imported
	if job.was.revision > 0 {
		message += " again with changes"
	}
	job.revisions = append(job.revisions, textstore.Revision{
		Number: number, Lines: job.lines, Hash: textform.Hash(job.lines), Message: message, Created: s.now,
	})
	return nil
}

// forgetStrangers takes the actors out who are no users here.
func (s *step) forgetStrangers(ctx context.Context, list []*earlier) error {
	var actors []uuid.UUID
	for _, e := range list {
		if e.actor != nil {
			actors = append(actors, *e.actor)
		}
	}
	if len(actors) == 0 {
		return nil
	}
	there, err := existing(ctx, s.tx, "SELECT id FROM auth.users WHERE id = ANY($1)", actors)
	for _, e := range list {
		if e.actor != nil && !there[*e.actor] {
			e.actor = nil
		}
	}
	return err
}

// dress gives lines what follows from the work they belong to.
func (e *expression) dress(lines []textform.Line) {
	prefix := ""
	if e.unit != nil {
		prefix = e.unit.ref
	}
	textform.SetRefs(lines, prefix)
	textform.SetKinds(lines, e.literatureType, e.form)
}

func (s *step) oldLines(ctx context.Context, jobs []*textJob) (map[uuid.UUID][]textform.Line, error) {
	var list []uuid.UUID
	for _, job := range jobs {
		if job.was.revision > 0 {
			list = append(list, job.id)
		}
	}
	if len(list) == 0 {
		return map[uuid.UUID][]textform.Line{}, nil
	}
	return textstore.Present(ctx, s.tx, list)
}

// clearLines takes away the lines that are about to be written anew.
func (s *step) clearLines(ctx context.Context, jobs []*textJob) error {
	var list []uuid.UUID
	for _, job := range jobs {
		if job.was.revision > 0 {
			list = append(list, job.id)
		}
	}
	if len(list) == 0 {
		return nil
	}
	n, err := textstore.Clear(ctx, s.tx, list)
	s.wrote.Rows += n
	return err
}

func unitID(expression uuid.UUID, ref string) uuid.UUID {
	return ids.For(ids.Row, "unit "+expression.String()+" "+ref)
}
