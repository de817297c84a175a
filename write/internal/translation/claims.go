package translation

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// claims is what a description says that other rows, or other fields, must bear out.
type claims struct {
	id         uuid.UUID // zero for a new one
	work       uuid.UUID
	kind       string
	language   string
	source     *publicid.ID
	origin     string
	provenance string
}

// check notes what is not borne out. The prefix leads to the fields.
func (c *claims) check(ctx context.Context, tx *command.Tx, prefix string) error {
	if (c.origin == "MACHINE" || c.origin == "MACHINE_POSTEDITED") && c.provenance == "" {
		tx.Fault(apperr.UserBlank, prefix+"provenance", "Say which machine made it.")
	}
	if c.kind == "ORIGINAL" {
		if err := c.onlyOriginal(ctx, tx, prefix+"language"); err != nil {
			return err
		}
	}
	if c.source == nil {
		return nil
	}
	if c.kind == "ORIGINAL" {
		tx.Fault(apperr.UserInvalid, prefix+"sourceExpressionId", "An original was made from no other text.")
		return nil
	}
	return c.checkSource(ctx, tx, prefix+"sourceExpressionId")
}

// onlyOriginal holds that a work has one original text in a language.
func (c *claims) onlyOriginal(ctx context.Context, tx *command.Tx, field string) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.expressions
		WHERE work_id = $1 AND language = $2 AND expression_kind = 'ORIGINAL' AND deleted_at IS NULL AND id <> $3)`,
		c.work, c.language, c.id).Scan(&there)
	if err == nil && there {
		tx.Fault(apperr.UserDuplicate, field, "The work has its original text in this language.")
	}
	return err
}

// checkSource holds that the source is a text of the same work, and not made from
// this one, by whatever way.
func (c *claims) checkSource(ctx context.Context, tx *command.Tx, field string) error {
	var there, circular bool
	err := tx.QueryRow(ctx, `WITH RECURSIVE up AS (
			SELECT id, source_expression_id FROM core.expressions WHERE id = $1 AND work_id = $2
			UNION SELECT e.id, e.source_expression_id FROM core.expressions e JOIN up ON e.id = up.source_expression_id)
		SELECT EXISTS (SELECT FROM core.expressions WHERE id = $1 AND work_id = $2 AND deleted_at IS NULL), EXISTS (SELECT FROM up WHERE id = $3)`,
		c.source.UUID, c.work, c.id).Scan(&there, &circular)
	switch {
	case err != nil:
		return err
	case !there:
		tx.Fault(apperr.UserNotFound, field, "The work has no such text.")
	case circular:
		tx.Fault(apperr.UserCycle, field, "That text was made from this one.")
	}
	return nil
}
