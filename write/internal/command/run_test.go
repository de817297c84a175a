package command_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

func newRunner(t *testing.T, db command.Database) *command.Runner {
	t.Helper()
	validate, err := command.NewValidator()
	require.NoError(t, err)
	return &command.Runner{DB: db, Validate: validate, Now: time.Now}
}

// as is a context of somebody with a role, who has an account in the database.
func as(t *testing.T, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}, role identity.Role,
) (context.Context, *identity.Actor) {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := db.Exec(t.Context(), "INSERT INTO core.subjects (id, kind) VALUES ($1, 'USER')", id)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), `INSERT INTO auth.users (id, username, username_canonical, email, email_canonical, status)
		VALUES ($1, $2, $2, $2 || '@example.org', $2 || '@example.org', 'ACTIVE')`, id, "u"+id.String()[24:])
	require.NoError(t, err)
	actor := &identity.Actor{UserID: id, Role: role, Verified: true, ReauthAt: time.Now(), IP: netip.MustParseAddr("192.0.2.1")}
	return identity.With(t.Context(), actor), actor
}

// leave writes a row that shows whether a command came to pass.
func leave(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), gen_random_uuid()::text, 'left')")
	return err
}

func left(t *testing.T, db command.Reader) (n int) {
	t.Helper()
	require.NoError(t, db.QueryRow(t.Context(), "SELECT count(*) FROM core.series WHERE title = 'left'").Scan(&n))
	return n
}

// TestRunAsksThePolicyItself holds whatever let the caller come so far.
func TestRunAsksThePolicyItself(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	body := func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) { return 0, leave(ctx, tx) }
	reader, _ := as(t, db, identity.Reader)
	editor, actor := as(t, db, identity.Editor)
	for name, c := range map[string]struct {
		ctx       context.Context
		operation string
		code      apperr.Code
	}{
		"nobody":          {t.Context(), "createWork", apperr.Unauthenticated},
		"too low a role":  {reader, "createWork", apperr.Forbidden},
		"no row":          {editor, "makeCoffee", apperr.Internal},
		"an unasked rule": {editor, "deleteComment", apperr.Internal},
	} {
		_, faults, err := command.Run(c.ctx, runner, c.operation, struct{}{}, body)
		require.Equal(t, c.code, apperr.From(err).Code, name)
		require.Empty(t, faults)
	}
	actor.ReauthAt = time.Time{}
	_, _, err := command.Run(editor, runner, "deleteWork", struct{}{}, body)
	require.Equal(t, apperr.ReauthRequired, apperr.From(err).Code)
	require.Zero(t, left(t, db))
}

func TestTheRuleAboutTheObject(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	reader, actor := as(t, db, identity.Reader)
	judge := func(object policy.Object) command.Faults {
		_, faults, err := command.Run(reader, runner, "deleteComment", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			return 0, errors.Join(leave(ctx, tx), tx.Allow("id", object))
		})
		require.NoError(t, err)
		return faults
	}
	require.True(t, judge(policy.Object{Owner: uuid.New()}).Has(apperr.UserNotFound), "what one may not see does not exist")
	require.True(t, judge(policy.Object{Owner: uuid.New(), Public: true}).Has(apperr.UserForbidden))
	require.Zero(t, left(t, db))
	require.Empty(t, judge(policy.Object{Owner: actor.UserID}))
	require.Equal(t, 1, left(t, db))
}

func TestSensitiveOnlySometimes(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	editor, actor := as(t, db, identity.Editor)
	run := func(operation string) error {
		_, _, err := command.Run(editor, runner, operation, struct{}{}, func(_ context.Context, tx *command.Tx, _ struct{}) (int, error) {
			return 0, tx.Sensitive()
		})
		return err
	}
	require.NoError(t, run("setRights"))
	require.ErrorContains(t, run("updateWork"), "does not say when")
	actor.ReauthAt = time.Now().Add(-time.Hour)
	require.Equal(t, apperr.ReauthRequired, apperr.From(run("setRights")).Code)
}

// TestOthersInTheWay: what Postgres says can be tried again is, five times.
func TestOthersInTheWay(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	editor, _ := as(t, db, identity.Editor)
	try := func(code string, times int) (tries int, err error) {
		_, _, err = command.Run(editor, runner, "updateWork", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			if tries++; tries <= times {
				return 0, errors.Join(leave(ctx, tx), &pgconn.PgError{Code: code})
			}
			return 0, leave(ctx, tx)
		})
		return tries, err
	}
	for _, code := range []string{"40001", "40P01"} {
		tries, err := try(code, 4)
		require.NoError(t, err)
		require.Equal(t, 5, tries, code)
	}
	require.Equal(t, 2, left(t, db), "what the other tries did was undone")
	tries, err := try("40001", 5)
	require.Error(t, err)
	require.Equal(t, 5, tries)
	tries, err = try("23505", 1)
	require.Error(t, err)
	require.Equal(t, 1, tries, "it would happen again")
	require.Equal(t, 2, left(t, db))
}

func TestAPanicUndoesEverything(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	editor, _ := as(t, db, identity.Editor)
	require.PanicsWithValue(t, "a bug", func() {
		_, _, _ = command.Run(editor, runner, "updateWork", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			require.NoError(t, leave(ctx, tx))
			panic("a bug")
		})
	})
	require.Zero(t, left(t, db))
}

func TestWhatIsAhead(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	type in struct {
		Name string `json:"name" validate:"min=1"`
	}
	ahead := 0
	run := func(ctx context.Context, name string, fail error) (command.Faults, error) {
		_, faults, err := command.RunAfter(ctx, runner, "requestPasswordReset", in{name}, func(context.Context) error { ahead++; return fail },
			func(ctx context.Context, tx *command.Tx, _ in) (int, error) { return 0, leave(ctx, tx) })
		return faults, err
	}
	faults, err := run(t.Context(), "", nil)
	require.NoError(t, err)
	require.True(t, faults.Has(apperr.UserBlank))
	require.Zero(t, ahead, "nothing slow is done for an input that is refused")
	faults, err = run(t.Context(), "x", command.Faults{command.Fault(apperr.UserPasswordWeak, "name", "It is weak.")})
	require.NoError(t, err)
	require.True(t, faults.Has(apperr.UserPasswordWeak))
	_, err = run(t.Context(), "x", errors.New("the disk is full"))
	require.ErrorContains(t, err, "the disk is full")
	require.Zero(t, left(t, db))
	faults, err = run(t.Context(), "x", nil)
	require.NoError(t, err)
	require.Empty(t, faults)
	require.Equal(t, 1, left(t, db))
}

func TestTheAuditSaysWhoAndWhence(t *testing.T) {
	db := pgtest.Tx(t)
	runner := newRunner(t, savepoints{db})
	editor, actor := as(t, db, identity.Editor)
	actor.SigningKey = uuid.Nil
	ctx := telemetry.WithRequestID(editor, "the-request")
	_, _, err := command.Run(ctx, runner, "updateWork", struct{}{}, func(_ context.Context, tx *command.Tx, _ struct{}) (int, error) {
		tx.Audit(actor.UserID, 7, map[string]any{"why": "a test"})
		return 0, nil
	})
	require.NoError(t, err)
	var action, ip, request, why string
	var by, subject uuid.UUID
	var version int
	require.NoError(t, db.QueryRow(t.Context(), "SELECT action, actor_id, subject_id, version, host(ip), request_id, detail ->> 'why' FROM ops.audit_log").
		Scan(&action, &by, &subject, &version, &ip, &request, &why))
	require.Equal(t, []any{"updateWork", actor.UserID, actor.UserID, 7, "192.0.2.1", "the-request", "a test"}, []any{action, by, subject, version, ip, request, why})
}

// TestTheSameKeyAtTheSameTime runs a command once, whoever comes first; others wait
// and are answered alike.
func TestTheSameKeyAtTheSameTime(t *testing.T) {
	db := pgtest.Open(t, pgtest.Database(t))
	runner := newRunner(t, db)
	editor, _ := as(t, db, identity.Editor)
	other, _ := as(t, db, identity.Editor)
	var ran atomic.Int32
	create := func(ctx context.Context, key string, in map[string]string) (int32, error) {
		out, faults, err := command.Run(command.WithIdempotencyKey(ctx, key), runner, "createWork", in, func(ctx context.Context, tx *command.Tx, _ map[string]string) (int32, error) {
			n := ran.Add(1)
			return n, leave(ctx, tx)
		})
		require.Empty(t, faults)
		return out, err
	}
	var wg sync.WaitGroup
	outs := make([]int32, 8)
	for i := range outs {
		wg.Go(func() { outs[i], _ = create(editor, "the-same-key", nil) })
	}
	wg.Wait()
	require.Equal(t, []int32{1, 1, 1, 1, 1, 1, 1, 1}, outs)
	require.Equal(t, 1, left(t, db))
	_, err := create(editor, "the-same-key", map[string]string{"another": "input"})
	require.Equal(t, apperr.IdempotencyConflict, apperr.From(err).Code)
	out, err := create(other, "the-same-key", nil)
	require.NoError(t, err)
	require.Equal(t, int32(2), out, "somebody else's key is another key")
	runner.Now = func() time.Time { return time.Now().Add(25 * time.Hour) }
	out, err = create(editor, "the-same-key", nil)
	require.NoError(t, err)
	require.Equal(t, int32(3), out, "a day later nobody remembers")
}

var _ pgx.Tx = savepoints{}
