package command

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

// Database begins transactions: a pool.
type Database interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
}

// Queue takes jobs in a transaction.
type Queue interface {
	Enqueue(ctx context.Context, tx pgx.Tx, args river.JobArgs) (id int64, err error)
}

// Runner runs commands.
type Runner struct {
	DB       Database
	Jobs     Queue
	Validate *Validator
	Now      func() time.Time
	Log      zerolog.Logger
	Announce Announcer // nil to leave it to the relay
}

// Body is a command: what it does to the library, in a transaction.
type Body[In, Out any] func(ctx context.Context, tx *Tx, in In) (Out, error)

// attempts is how often a command is tried that other transactions got in the way of.
const attempts = 5

// Run runs a command for the actor of the context. The faults are for the
// payload's userErrors; with any, nothing was changed, unless the body said Keep.
func Run[In, Out any](ctx context.Context, r *Runner, operation string, in In, body Body[In, Out]) (out Out, faults Faults, err error) {
	return RunAfter(ctx, r, operation, in, nil, body)
}

// RunAfter is Run with slow work ahead of the transaction, which then holds no
// connection while it waits: hashing a password. It comes after permission and
// validation. It may fail with Faults, and what it finds out may have changed when
// the body runs.
func RunAfter[In, Out any](ctx context.Context, r *Runner, operation string, in In, ahead func(context.Context) error, body Body[In, Out],
) (out Out, faults Faults, err error) {
	op, ok := policy.Of(operation)
	if !ok {
		return out, nil, fmt.Errorf("%s has no row in the policy", operation)
	}
	actor := identity.From(ctx)
	if err := op.Permit(actor, r.Now()); err != nil {
		return out, nil, err
	}
	if faults := r.Validate.Struct(in); len(faults) > 0 {
		return out, faults, nil
	}
	ctx = pg.Named(ctx, operation)
	if ahead != nil {
		if err := ahead(ctx); err != nil {
			faults, err = refused(err)
			return out, faults, err
		}
	}
	var done news
	for attempt := 1; ; attempt++ {
		out, done, err = once(ctx, r, op, actor, in, body)
		if !again(err) || attempt == attempts {
			break
		}
		if err := pause(ctx, attempt); err != nil {
			return out, nil, err
		}
	}
	r.announce(ctx, done)
	if err != nil {
		var none Out
		faults, err = refused(err)
		return none, faults, err
	}
	return out, nil, nil
}

// refused tells what the caller can mend from what went wrong.
func refused(err error) (faults Faults, _ error) {
	if errors.As(err, &faults) {
		return faults, nil
	}
	return nil, pg.Error(err)
}

// once is one attempt, and answers what it has committed to be announced: also where
// it ends with faults. A panic in it rolls back and goes on.
func once[In, Out any](ctx context.Context, r *Runner, op policy.Operation, actor *identity.Actor, in In, body Body[In, Out]) (out Out, done news, err error) {
	raw, err := r.DB.BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		return out, done, err
	}
	defer undo(ctx, raw)
	tx := &Tx{Tx: raw, Actor: actor, Operation: op, Now: r.Now(), jobs: r.Jobs, announced: r.Announce != nil}
	if done, err = tx.remember(ctx, in, &out); err != nil || done.repeated {
		return out, done, err
	}
	if out, err = body(ctx, tx, in); err == nil {
		err = tx.Faults()
	}
	if err != nil {
		done, err = tx.keep(ctx, err)
		return out, done, err
	}
	if op.Object.Set() && !tx.judged {
		return out, done, fmt.Errorf("%s did not ask for the rule about its object", op.Name)
	}
	done, err = tx.finish(ctx, out)
	return out, done, err
}

// undo rolls back what was not committed, though the caller has given up; a server
// that does not answer is not waited for, since the transaction ends with its connection.
func undo(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
	defer cancel()
	_ = tx.Rollback(ctx) // does nothing after a commit
}

const undoTime = 2 * time.Second

// again tells a failure after which the same command can succeed: a serialisation
// failure or a deadlock (SQLSTATE 40001, 40P01).
func again(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && (server.Code == "40001" || server.Code == "40P01")
}

// pause waits a little, longer and less evenly each time, so that the same
// transactions do not meet again.
func pause(ctx context.Context, attempt int) error {
	base := 5 * time.Millisecond << attempt
	timer := time.NewTimer(base/2 + rand.N(base)) //nolint:gosec // it spreads, it does not hide
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return apperr.From(ctx.Err())
	}
}
