package app

import (
	"context"
	"fmt"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/pg"
)

// newStore is the database's end of the chain.
func newStore(db store.Database, clock store.Clock) answer.Source {
	return withValues(&store.Store{DB: db, Clock: clock, PlanOf: planOf, Translate: pg.Error, Now: time.Now})
}

func planOf(op answer.Operation) (*plan.Plan, error) {
	compiled, ok := op.(*operation.Operation)
	if !ok {
		return nil, fmt.Errorf("%s was not compiled by the registry", op.Name())
	}
	p, ok := compiled.Plan().(*plan.Plan)
	if !ok {
		return nil, fmt.Errorf("%s has no plan for the database", op.Name())
	}
	return p, nil
}

// withValues reads the variables back from their canonical form: a hit never
// needs them, so they are not kept with the question.
func withValues(next answer.Source) answer.Source {
	return answer.SourceFunc(func(ctx context.Context, q *answer.Query) (answer.Result, error) {
		values, err := operation.Values(q)
		if err != nil {
			return answer.Result{}, err
		}
		valued := *q
		valued.Vars = values
		return next.Answer(pg.Named(ctx, q.Op.Name()), &valued)
	})
}
