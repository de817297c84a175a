package text

import (
	"context"
	"strconv"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// dress gives lines the refs and kinds that were not given, as an import does: a
// line is cited by its number, under the part that the text is of a larger book.
func dress(tx *command.Tx, s *expression.State, lines []textform.Line, units map[string]uuid.UUID) {
	numbered := make([]textform.Line, len(lines))
	copy(numbered, lines)
	textform.SetRefs(numbered, prefix(units))
	textform.SetKinds(numbered, s.LiteratureType, s.Form)
	seen, twice := make(map[string]bool, len(lines)), 0
	for i := range lines {
		l := &lines[i]
		if l.Kind == "" {
			l.Kind, l.Speaker = numbered[i].Kind, numbered[i].Speaker
		}
		if l.Ref == "" {
			l.Ref = numbered[i].Ref
		}
		if seen[l.Ref] && twice < maxFaults {
			twice++
			tx.Fault(apperr.UserDuplicate, "lines."+strconv.Itoa(i)+".ref", "Another line is cited by "+l.Ref+".", "ref", l.Ref)
		}
		seen[l.Ref] = true
	}
}

// prefix is the ref of the one part that a text is; of several none is meant.
func prefix(units map[string]uuid.UUID) string {
	if len(units) != 1 {
		return ""
	}
	for ref := range units {
		return ref
	}
	return ""
}

// units are the parts of a text. One without any takes the part that the work's
// original text is, so that their lines are cited alike.
func units(ctx context.Context, tx *command.Tx, s *expression.State) (map[string]uuid.UUID, error) {
	there, err := textstore.Units(ctx, tx, s.ID.UUID)
	if err != nil || len(there) > 0 || s.Revision > 0 || s.Kind == "ORIGINAL" {
		return there, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.text_units (id, expression_id, ordinal, unit_kind, ref, label)
		SELECT $1, t.id, 1, o.kind, o.ref, t.title FROM core.expressions t
		CROSS JOIN (SELECT min(u.unit_kind) AS kind, min(u.ref) AS ref FROM core.text_units u
			JOIN core.expressions e ON e.id = u.expression_id JOIN core.works w ON w.id = e.work_id
			WHERE e.work_id = $3 AND e.expression_kind = 'ORIGINAL' AND e.language = w.original_language AND e.deleted_at IS NULL
			HAVING count(*) = 1) o
		WHERE t.id = $2`, id, s.ID.UUID, s.Work)
	if err != nil {
		return nil, err
	}
	return textstore.Units(ctx, tx, s.ID.UUID)
}
