package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Cause is why a command runs inside another one: somebody's contribution.
type Cause struct {
	Contribution publicid.ID
	Author       uuid.UUID // whose doing it is
	// Trial undoes the command, whatever it comes to.
	Trial bool
}

// Contribution is the one that the command comes of; nil without one. A trial comes
// before there is one.
func (tx *Tx) Contribution() *uuid.UUID {
	if tx.cause == nil || tx.trial {
		return nil
	}
	return &tx.cause.Contribution.UUID
}

// As goes on as another operation: a command inside this one.
func (tx *Tx) As(operation string) error {
	op, ok := policy.Of(operation)
	if !ok {
		return fmt.Errorf("%s has no row in the policy", operation)
	}
	tx.Operation = op
	return nil
}

// Nested runs other operations' commands in a savepoint of this transaction; the body
// says which (As). They may do what an editor may: that somebody was asked is the business of the command
// around them. What they make is their cause's author's; the caller answers for it in
// the audit, and a sensitive one asks for the caller's password as it would by
// itself. With faults, which are for the command around them to judge, nothing of
// them is left.
func (tx *Tx) Nested(ctx context.Context, cause Cause, body func(*Tx) error) (Faults, error) {
	savepoint, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer undo(ctx, savepoint)
	actor := *tx.Actor
	actor.Role = max(actor.Role, identity.Editor)
	inner := &Tx{Tx: savepoint, Actor: &actor, Operation: tx.Operation, Now: tx.Now, jobs: tx.jobs, cause: &cause, trial: cause.Trial}
	if err = body(inner); err == nil {
		err = inner.Faults()
	}
	var faults Faults
	switch {
	case errors.As(err, &faults):
		return faults, nil
	case err != nil || cause.Trial:
		return nil, err
	}
	tx.audits = append(tx.audits, inner.audits...)
	return nil, savepoint.Commit(ctx)
}
