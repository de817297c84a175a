package text

import (
	"context"
	"strconv"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/textform"
	"github.com/tercul/tercul/write/internal/textstore"
)

// Set gives an expression its text.
func Set(ctx context.Context, tx *command.Tx, in model.SetTextInput) (publicid.ID, error) {
	s, err := expression.Hold(ctx, tx, "expressionId", in.ExpressionID)
	if err != nil {
		return s.ID, err
	}
	if err := s.AtRevision(tx, "expectedRevision", in.ExpectedRevision); err != nil {
		return s.ID, err
	}
	var lines []textform.Line
	switch {
	case (in.Lines == nil) == (in.PlainText == nil):
		return s.ID, tx.Stop(apperr.UserInvalid, "lines", "Give lines or plainText, one of them.")
	case in.PlainText != nil:
		lines = plain(tx, "plainText", *in.PlainText)
	default:
		lines = given(tx, in.Lines)
	}
	if tx.Faulty() {
		return s.ID, tx.Faults()
	}
	return s.ID, put(ctx, tx, s, lines, message(in.Message))
}

// Write gives a new expression its first text, line by line. The field is the
// input that has it.
func Write(ctx context.Context, tx *command.Tx, id publicid.ID, field, text string) error {
	lines := plain(tx, field, text)
	if tx.Faulty() {
		return tx.Faults()
	}
	s, err := expression.HoldDeleted(ctx, tx, field, id)
	if err != nil {
		return err
	}
	s.New = true
	return put(ctx, tx, s, lines, "")
}

// put writes lines as the next revision. Of the same text there is none.
func put(ctx context.Context, tx *command.Tx, s *expression.State, lines []textform.Line, message string) error {
	if err := patience(ctx, tx, max(s.Lines, len(lines))); err != nil {
		return err
	}
	parts, err := units(ctx, tx, s)
	if err != nil {
		return err
	}
	if dress(tx, s, lines, parts); tx.Faulty() {
		return tx.Faults()
	}
	old, err := textstore.Present(ctx, tx, ids(s))
	if err != nil {
		return err
	}
	textform.Rekey(s.ID.UUID, s.Revision+1, old[s.ID.UUID], lines)
	return store(ctx, tx, s, old[s.ID.UUID], lines, message)
}

// Revert makes a new revision that is as an earlier one was. Its lines have the
// keys that they had then: they are the same lines.
func Revert(ctx context.Context, tx *command.Tx, in model.RevertTextInput) (publicid.ID, error) {
	s, err := expression.Hold(ctx, tx, "expressionId", in.ExpressionID)
	if err != nil {
		return s.ID, err
	}
	if err := s.AtRevision(tx, "expectedRevision", in.ExpectedRevision); err != nil {
		return s.ID, err
	}
	if err := patience(ctx, tx, textform.MaxLines); err != nil {
		return s.ID, err
	}
	lines, found, err := textstore.Lines(ctx, tx, s.ID.UUID, in.ToRevision)
	if err != nil {
		return s.ID, err
	}
	if !found {
		return s.ID, tx.Stop(apperr.UserNotFound, "toRevision", "The text never had this revision.")
	}
	old, err := textstore.Present(ctx, tx, ids(s))
	if err != nil {
		return s.ID, err
	}
	return s.ID, store(ctx, tx, s, old[s.ID.UUID], lines, "reverted to revision "+strconv.Itoa(in.ToRevision))
}

func message(given *string) string {
	if given == nil {
		return ""
	}
	return *given
}

// manyLines take a statement longer than most may take.
const manyLines = 10_000

// patience lets the statements of a long text take as long as the request may.
func patience(ctx context.Context, tx *command.Tx, lines int) error {
	end, bounded := ctx.Deadline()
	if lines < manyLines || !bounded {
		return nil
	}
	rest := max(time.Until(end), time.Millisecond)
	_, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", strconv.FormatInt(rest.Milliseconds(), 10))
	return err
}
