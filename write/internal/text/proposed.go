package text

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/textform"
)

// Lines reads a text as it was in a revision, for whoever may read it all.
func Lines(ctx context.Context, db command.Reader, expression uuid.UUID, revision int) ([]textform.Line, error) {
	rows, err := db.Query(ctx, whole, expression, revision, 0, nil)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

// Proposed are the lines that an input makes, by their kinds; what they are cited by
// is only told when they are written.
func Proposed(ctx context.Context, db command.Reader, in model.SetTextInput) ([]textform.Line, error) {
	tx := &command.Tx{} // it takes the faults
	var lines []textform.Line
	if in.PlainText != nil {
		lines = plain(tx, "plainText", *in.PlainText)
	} else {
		lines = given(tx, in.Lines)
	}
	if tx.Faulty() {
		return nil, tx.Faults()
	}
	var literatureType, form string
	err := db.QueryRow(ctx, `SELECT w.literature_type, coalesce(e.form, '') FROM core.expressions e JOIN core.works w ON w.id = e.work_id WHERE e.id = $1`,
		in.ExpressionID.UUID).Scan(&literatureType, &form)
	if err != nil {
		return nil, err
	}
	told := make([]textform.Line, len(lines))
	copy(told, lines)
	textform.SetKinds(told, literatureType, form)
	for i := range lines {
		if lines[i].Kind == "" {
			lines[i].Kind, lines[i].Speaker = told[i].Kind, told[i].Speaker
		}
	}
	return lines, nil
}
