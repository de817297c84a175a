package importer

import (
	"context"

	"github.com/google/uuid"
)

// leaveEdited takes out of a batch what somebody has edited in the library
// since it came: a source must not undo an editor's work in silence. name is
// the table, whose updated_by tells.
func leaveEdited[P any](ctx context.Context, s *step, name string, batch []entry[P], id func(entry[P]) uuid.UUID) (map[uuid.UUID]bool, error) {
	list := make([]uuid.UUID, len(batch))
	for i, e := range batch {
		list[i] = id(e)
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
