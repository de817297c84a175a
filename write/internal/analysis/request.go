package analysis

import (
	"context"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Request has the current revision of a text analysed, unless it is already, or is
// waiting to be.
func Request(ctx context.Context, tx *command.Tx, in model.RequestAnalysisInput) (publicid.ID, error) {
	s, err := expression.Hold(ctx, tx, "expressionId", in.ExpressionID)
	if err != nil {
		return s.ID, err
	}
	if s.Revision == 0 {
		return s.ID, tx.Stop(apperr.UserInvalidState, "expressionId", "It has no text (setText).")
	}
	if !Supported(s.Language) {
		return s.ID, tx.Stop(apperr.UserInvalidState, "expressionId", "Texts in several languages, or in none, are not analysed.", "language", s.Language)
	}
	a := Of(s.ID.UUID, s.Revision)
	var done bool
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM core.text_analyses WHERE expression_id = $1 AND revision = $2 AND analyzer = $3 AND language = $4)",
		a.Expression, a.Revision, a.Analyzer, s.Language).Scan(&done)
	if err != nil || done {
		return s.ID, err
	}
	tx.Audit(s.ID.UUID, s.Version, map[string]int{"revision": s.Revision, "analyzer": a.Analyzer})
	return s.ID, tx.Enqueue(ctx, a)
}
