package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/read/internal/plan"
)

// Explainer runs a statement in the simple protocol, where EXPLAIN
// (GENERIC_PLAN) takes parameters without values.
type Explainer interface {
	Exec(ctx context.Context, sql string) *pgconn.MultiResultReader
}

// Check has PostgreSQL plan every statement that a plan may become. Its error
// names the document and what PostgreSQL says.
func Check(ctx context.Context, db Explainer, p *plan.Plan) error {
	samples, err := p.Samples()
	if err != nil {
		return fmt.Errorf("document %s: %w", p.Name, err)
	}
	for _, sql := range samples {
		if err := db.Exec(ctx, "EXPLAIN (GENERIC_PLAN) "+sql).Close(); err != nil {
			return fmt.Errorf("document %s cannot be planned: %w", p.Name, err)
		}
	}
	return nil
}
