package command_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
)

type savepoints struct{ pgx.Tx }

func (s savepoints) BeginTx(ctx context.Context, _ pgx.TxOptions) (pgx.Tx, error) {
	return s.Begin(ctx)
}

// What a command keeps outlives its faults, and nothing else does.
func TestKeep(t *testing.T) {
	db := pgtest.Tx(t)
	validate, err := command.NewValidator()
	require.NoError(t, err)
	runner := &command.Runner{DB: savepoints{db}, Validate: validate, Now: time.Now}
	try := func(end func(tx *command.Tx) error) (command.Faults, error) {
		_, faults, err := command.Run(t.Context(), runner, "requestPasswordReset", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			if _, err := tx.Exec(ctx, "INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), gen_random_uuid()::text, 'kept')"); err != nil {
				return 0, err
			}
			return 0, end(tx)
		})
		return faults, err
	}
	count := func() (n int) {
		require.NoError(t, db.QueryRow(t.Context(), "SELECT count(*) FROM core.series WHERE title = 'kept'").Scan(&n))
		return n
	}
	stop := func(tx *command.Tx) error { return tx.Stop(apperr.UserInvalid, "x", "It is wrong.") }
	faults, err := try(stop)
	require.NoError(t, err)
	require.True(t, faults.Has(apperr.UserInvalid))
	require.Equal(t, 0, count())
	faults, err = try(func(tx *command.Tx) error { tx.Keep(); return stop(tx) })
	require.NoError(t, err)
	require.True(t, faults.Has(apperr.UserInvalid))
	require.Equal(t, 1, count())
	_, err = try(func(tx *command.Tx) error { tx.Keep(); return errors.New("a failure") })
	require.Error(t, err)
	require.Equal(t, 1, count())
}
