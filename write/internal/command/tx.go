package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Tx is the transaction of one command.
type Tx struct {
	pgx.Tx
	Actor     *identity.Actor
	Operation policy.Operation
	Now       time.Time

	jobs Queue
	// announced has the rows of the outbox read before the commit.
	announced bool

	faults Faults
	judged bool
	kept   bool
	audits []audit
	key    *idempotency
	cause  *Cause // of a command inside this one (Nested)
	trial  bool
}

type audit struct {
	action  string
	subject uuid.UUID
	version int
	detail  any
	cause   *Cause
}

// Fault notes what the caller can mend. The command goes on and finds more.
func (tx *Tx) Fault(code apperr.UserCode, field, message string, params ...string) {
	tx.faults = append(tx.faults, Fault(code, field, message, params...))
}

// Faulty tells whether something was noted: a good moment to stop.
func (tx *Tx) Faulty() bool { return len(tx.faults) > 0 }

// Faults are those noted, as an error.
func (tx *Tx) Faults() error {
	if len(tx.faults) == 0 {
		return nil
	}
	return tx.faults
}

// Stop notes a last fault and gives all of them, as an error to return.
func (tx *Tx) Stop(code apperr.UserCode, field, message string, params ...string) error {
	tx.Fault(code, field, message, params...)
	return tx.faults
}

// NotFound is the answer for what is not there and for what one may not see.
func (tx *Tx) NotFound(field string) error {
	return tx.Stop(apperr.UserNotFound, field, "There is no such thing, or you may not see it.")
}

// Allow asks the operation's rule about the object. The field is the input that
// named it.
func (tx *Tx) Allow(field string, object policy.Object) error {
	tx.judged = true
	switch tx.Operation.Object.Judge(tx.Actor, object) {
	case policy.Hide:
		return tx.NotFound(field)
	case policy.Refuse:
		return tx.Stop(apperr.UserForbidden, field, "Only "+tx.Operation.Object.Name+" may do that.")
	}
	return nil
}

// Sensitive asks for what sensitive operations need, where it depends on the input
// whether this one is: the operation's row says when (SensitiveWhen). A trial does
// nothing that is.
func (tx *Tx) Sensitive() error {
	op := tx.Operation
	if tx.trial {
		return nil
	}
	if op.SensitiveWhen == "" {
		return fmt.Errorf("the policy does not say when %s is sensitive", op.Name)
	}
	op.Sensitive = true
	return op.Permit(tx.Actor, tx.Now)
}

// Current compares the version that the caller saw with the one there is.
func (tx *Tx) Current(field string, expected, version int) error {
	if expected == version {
		return nil
	}
	return tx.Stop(apperr.UserStaleVersion, field, "It was changed since you read it. Read it again and repeat your change.",
		"current", strconv.Itoa(version))
}

// Audit notes what was done to a subject; it is written at the end.
func (tx *Tx) Audit(subject uuid.UUID, version int, detail any) {
	tx.audits = append(tx.audits, audit{tx.Operation.Name, subject, version, detail, tx.cause})
}

// Enqueue has a job done after the commit, and only then.
func (tx *Tx) Enqueue(ctx context.Context, args river.JobArgs) error {
	_, err := tx.EnqueueJob(ctx, args)
	return err
}

// EnqueueJob is Enqueue for who wants to know the job's number.
func (tx *Tx) EnqueueJob(ctx context.Context, args river.JobArgs) (id int64, err error) {
	return tx.jobs.Enqueue(ctx, tx.Tx, args)
}

// By is whose doing it is, for columns such as updated_by: of a contribution its
// author's, else the caller's; nil for nobody in particular.
func (tx *Tx) By() *uuid.UUID {
	if tx.cause != nil {
		return &tx.cause.Author
	}
	return tx.Caller()
}

// Caller is who answers for it, for columns such as approved_by.
func (tx *Tx) Caller() *uuid.UUID { return orNull(tx.Actor.UserID) }

// One reads one row, and tells whether there was one.
func (tx *Tx) One(ctx context.Context, into []any, sql string, args ...any) (bool, error) {
	err := tx.QueryRow(ctx, sql, args...).Scan(into...)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// NewSubject makes an id and its row in the supertype.
func (tx *Tx) NewSubject(ctx context.Context, kind string) (publicid.ID, error) {
	id, err := publicid.New(kind)
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, "INSERT INTO core.subjects (id, kind) VALUES ($1, $2)", id.UUID, kind)
	return id, err
}

// Keep commits what the command has done so far and does after this, even where it
// ends with faults: a sign-in that fails is counted, a token used twice ends its
// session. What was done must be right whatever the fault is; a command that takes
// an Idempotency-Key cannot ask for it. A failure that is no fault still undoes all.
func (tx *Tx) Keep() { tx.kept = true }

// keep commits in spite of faults, where that was asked for.
func (tx *Tx) keep(ctx context.Context, err error) (news, error) {
	var faults Faults
	if !tx.kept || !errors.As(err, &faults) {
		return news{}, err
	}
	if tx.key != nil {
		return news{}, fmt.Errorf("%s keeps what it did under an Idempotency-Key: %w", tx.Operation.Name, errKeepsKey)
	}
	done, failed := tx.finish(ctx, nil)
	if failed != nil {
		return news{}, failed
	}
	return done, faults
}

// errKeepsKey is no fault, so that the transaction is undone.
var errKeepsKey = errors.New("its repetition would answer success")

// finish writes what goes with every change, and commits. What there is to announce is
// answered only if it was committed.
func (tx *Tx) finish(ctx context.Context, outcome any) (news, error) {
	if err := tx.close(ctx, outcome); err != nil {
		return news{}, err
	}
	done, err := tx.written(ctx)
	if err != nil {
		return news{}, fmt.Errorf("what to announce: %w", err)
	}
	if err := tx.Commit(ctx); err != nil {
		return news{}, err
	}
	return done, nil
}

// close writes what goes with every change.
func (tx *Tx) close(ctx context.Context, outcome any) error {
	for _, a := range tx.audits {
		if err := tx.writeAudit(ctx, a); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	return tx.settle(ctx, outcome)
}

func (tx *Tx) writeAudit(ctx context.Context, a audit) error {
	detail, err := a.text()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ops.audit_log (actor_id, action, subject_id, version, ip, request_id, signing_key_id, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		orNull(tx.Actor.UserID), a.action, orNull(a.subject), zeroNull(a.version), addrNull(tx.Actor.IP),
		textNull(telemetry.RequestID(ctx)), orNull(tx.Actor.SigningKey), detail)
	return err
}

// longestDetail is what an audit row says at most, in bytes. Of a longer change the
// history has the words.
const longestDetail = 8 << 10

// text is the detail as it is kept. Of what was done for a contribution it is the
// contribution, which has the rest.
func (a audit) text() ([]byte, error) {
	if a.cause != nil {
		a.detail = map[string]string{"contribution": a.cause.Contribution.String(), "author": publicid.Of("USER", a.cause.Author).String()}
	}
	if a.detail == nil {
		return []byte("{}"), nil
	}
	text, err := json.Marshal(a.detail)
	if err == nil && len(text) > longestDetail {
		text, err = json.Marshal(map[string]int{"bytes": len(text)})
	}
	return text, err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func zeroNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func textNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func addrNull(a netip.Addr) *netip.Addr {
	if !a.IsValid() {
		return nil
	}
	return &a
}
