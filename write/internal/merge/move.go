package merge

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Move hangs on the target what hangs on a source of whatever kind, and leads from
// the source's id and addresses to the target.
func (m *Merge) Move(ctx context.Context, tx *command.Tx, source Part) error {
	from, to := source.ID.UUID, m.Target.ID.UUID
	for _, blend := range blends {
		if _, err := tx.Exec(ctx, blend, from, to); err != nil {
			return err
		}
	}
	folded := map[string]int64{}
	for _, t := range hanging {
		n, err := t.move(ctx, tx, from, to)
		if err != nil {
			return err
		}
		folded[t.name] = n
	}
	if err := moveTotals(ctx, tx, from, to, folded["social.likes"], folded["social.bookmarks"]); err != nil {
		return err
	}
	if err := moveViews(ctx, tx, from, to); err != nil {
		return err
	}
	if err := moveReports(ctx, tx, from, to); err != nil {
		return err
	}
	if err := m.moveContributions(ctx, tx, from); err != nil {
		return err
	}
	return redirect(ctx, tx, from, to)
}

// Folds moves the rows of a table that points at what is merged by a column, but those
// of which the target has the same; these are given up, and counted.
func Folds(ctx context.Context, tx *command.Tx, table, column, same string, from, to uuid.UUID) (int64, error) {
	t := hangs{name: table, column: column, same: same}
	return t.move(ctx, tx, from, to)
}

// hangs is a table of what hangs on subjects.
type hangs struct {
	name   string
	column string // that points at the subject
	same   string // when the target's row o and the source's row r are one
}

func (t hangs) move(ctx context.Context, tx *command.Tx, from, to uuid.UUID) (folded int64, err error) {
	fill := strings.NewReplacer("{table}", t.name, "{column}", t.column, "{same}", t.same)
	_, err = tx.Exec(ctx, fill.Replace("UPDATE {table} r SET {column} = $2 WHERE r.{column} = $1 AND NOT EXISTS (SELECT FROM {table} o WHERE o.{column} = $2 AND {same})"), from, to)
	if err != nil {
		return 0, err
	}
	left, err := tx.Exec(ctx, fill.Replace("DELETE FROM {table} WHERE {column} = $1"), from)
	return left.RowsAffected(), err
}

// redirect leads on from the source.
func redirect(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	if _, err := tx.Exec(ctx, "UPDATE core.slugs SET subject_id = $2, is_current = false WHERE subject_id = $1", from, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')", from, to)
	return err
}

// Message is what the history of the target says.
func (m *Merge) Message(why *string) string {
	ids := make([]string, len(m.Sources))
	for i, s := range m.Sources {
		ids[i] = s.ID.String()
	}
	message := "merged " + strings.Join(ids, ", ")
	if why != nil && *why != "" {
		message = *why + " (" + message + ")"
	}
	return message
}

// Detail is what the audit of the target says.
func (m *Merge) Detail() map[string]any {
	sources := make([]publicid.ID, len(m.Sources))
	for i, s := range m.Sources {
		sources[i] = s.ID
	}
	return map[string]any{"sourceIds": sources}
}

// Into is what the audit of a source says.
func (m *Merge) Into() map[string]any { return map[string]any{"targetId": m.Target.ID} }
