package importer

import "context"

// leaveGone takes out of a batch what was removed from the library for good since it
// came: its id is still there and is not given out again. name is the table that it
// would be in.
func leaveGone[P any](ctx context.Context, s *step, name string, batch []entry[P]) ([]entry[P], error) {
	if err := s.hold(ctx, keys(batch)); err != nil {
		return nil, err
	}
	gone, err := existing(ctx, s.tx, "SELECT s.id FROM core.subjects s WHERE s.id = ANY($1) AND NOT EXISTS (SELECT FROM "+name+" t WHERE t.id = s.id)", keys(batch))
	if err != nil || len(gone) == 0 {
		return batch, err
	}
	var rest []entry[P]
	for _, e := range batch {
		if gone[e.key] {
			s.remark(e.at, "", "was deleted in the library since it was imported, and stays so")
		} else {
			rest = append(rest, e)
		}
	}
	return rest, nil
}
