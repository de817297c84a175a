package importer

import (
	"context"

	"github.com/google/uuid"
)

// leads answers what each of these leads to: itself, or what editors merged it into.
// They are held as the rows that will point at them hold them, which merges wait for:
// nothing is hung on what is being merged away.
func (s *step) leads(ctx context.Context, list []uuid.UUID) (func(uuid.UUID) uuid.UUID, error) {
	if _, err := s.tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = ANY($1) ORDER BY id FOR KEY SHARE", list); err != nil {
		return nil, err
	}
	survivors, err := pairs[uuid.UUID](ctx, s.tx, "SELECT old_id, new_id FROM core.id_redirects WHERE old_id = ANY($1)", list)
	return func(id uuid.UUID) uuid.UUID {
		if survivor, merged := survivors[id]; merged {
			return survivor
		}
		return id
	}, err
}

// followWorks gives new texts of works that were merged into others to those.
func (s *step) followWorks(ctx context.Context, texts []*expression) error {
	list := make([]uuid.UUID, 0, 2*len(texts))
	for _, e := range texts {
		list = append(list, e.id, e.workID)
	}
	lead, err := s.leads(ctx, list)
	if err != nil {
		return err
	}
	for _, e := range texts {
		e.workID = lead(e.workID)
	}
	return nil
}

// leadOriginals gives the original texts of works that were merged into others to
// those. One that is new is left out where the survivor has its own in that language:
// a work has one.
func (s *step) leadOriginals(ctx context.Context, batch []entry[*work]) error {
	var texts []*expression
	for _, e := range batch {
		if e.val.original != nil {
			texts = append(texts, e.val.original)
		}
	}
	if err := s.followWorks(ctx, texts); err != nil {
		return err
	}
	for _, e := range batch {
		text := e.val.original
		if text == nil || text.workID == e.val.id {
			continue
		}
		var second bool
		err := s.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.expressions WHERE work_id = $1 AND language = $2 AND id <> $3
			AND expression_kind = 'ORIGINAL' AND deleted_at IS NULL)`, text.workID, text.language, text.id).Scan(&second)
		if err != nil {
			return err
		}
		if second {
			s.remark(e.at, "text", "is of a work that was merged into one that has its original text; it is left out")
			e.val.original = nil
		}
	}
	return nil
}
