package importer

import (
	"context"

	"github.com/google/uuid"
)

// leaveEdited takes out of a batch what somebody has edited in the library
// since it came: a source must not undo an editor's work in silence. name is
// the table, whose updated_by tells. The subjects are held until the stage ends, so
// that an edit either comes before and is seen, or waits.
func leaveEdited[P any](ctx context.Context, s *step, name string, batch []entry[P], id func(entry[P]) uuid.UUID) (map[uuid.UUID]bool, error) {
	list := make([]uuid.UUID, len(batch))
	for i, e := range batch {
		list[i] = id(e)
	}
	if err := s.hold(ctx, list); err != nil {
		return nil, err
	}
	edited, err := existing(ctx, s.tx, "SELECT id FROM "+name+" WHERE id = ANY($1) AND updated_by IS NOT NULL", list)
	if err != nil {
		return nil, err
	}
	for _, e := range batch {
		if edited[id(e)] {
			s.remark(e.at, "", "was edited in the library since it was imported; its description stays as it is there")
		}
	}
	return edited, nil
}

// hold waits for edits of these that are under way, and lets others wait.
func (s *step) hold(ctx context.Context, list []uuid.UUID) error {
	_, err := s.tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", list)
	return err
}
