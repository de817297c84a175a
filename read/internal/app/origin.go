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

// origin is the database's end of the chain. It reads the variables back from their
// canonical form: a hit never needs them, so they are not kept with the question.
type origin struct {
	store *store.Store
}

// newOrigin answers from a database.
func newOrigin(db store.Database, clock store.Clock) origin {
	return origin{&store.Store{DB: db, Clock: clock, PlanOf: planOf, Translate: pg.Error, Now: time.Now}}
}

// Answer implements answer.Source.
func (o origin) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	valued, err := withValues(q)
	if err != nil {
		return answer.Result{}, err
	}
	return o.store.Answer(pg.Named(ctx, q.Op.Name()), valued)
}

// Load implements replica.Loader.
func (o origin) Load(ctx context.Context, db store.Database, q *answer.Query) (store.Reading, error) {
	valued, err := withValues(q)
	if err != nil {
		return store.Reading{}, err
	}
	return o.store.Load(pg.Named(ctx, q.Op.Name()), db, valued)
}

func withValues(q *answer.Query) (*answer.Query, error) {
	values, err := operation.Values(q)
	if err != nil {
		return nil, err
	}
	valued := *q
	valued.Vars = values
	return &valued, nil
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
