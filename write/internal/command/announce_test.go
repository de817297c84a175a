package command_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
)

// herald notes what it is to announce, and that it was committed by then.
type herald struct {
	t    *testing.T
	db   command.Reader
	seq  uint64
	ok   bool
	told [][]invalidate.Row
}

func (h *herald) Announce(rows []invalidate.Row) (uint64, bool) {
	for _, row := range rows {
		var there bool
		require.NoError(h.t, h.db.QueryRow(h.t.Context(), "SELECT EXISTS (SELECT FROM ops.outbox WHERE id = $1 AND xid::text::bigint = $2 AND at = $3 AND tags = $4)",
			row.ID, row.XID, row.At, row.Tags).Scan(&there))
		require.True(h.t, there)
	}
	h.told = append(h.told, rows)
	h.seq++
	return h.seq, h.ok
}

// heralded runs commands on a pool of one connection, which a command that announces
// must have given back.
func heralded(t *testing.T) (*command.Runner, *herald, *pgxpool.Pool) {
	t.Helper()
	config, err := pgxpool.ParseConfig(pgtest.Database(t))
	require.NoError(t, err)
	config.MaxConns = 1
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	runner := newRunner(t, db)
	h := &herald{t: t, db: db, ok: true}
	runner.Announce = h
	return runner, h, db
}

func TestACommandAnnouncesWhatItCommitted(t *testing.T) {
	runner, h, db := heralded(t)
	editor, _ := as(t, db, identity.Editor)
	say := func(ctx context.Context, tx *command.Tx, tags ...string) error {
		for _, tag := range tags {
			if _, err := tx.Exec(ctx, "SELECT ops.announce(ARRAY[$1])", tag); err != nil {
				return err
			}
		}
		return nil
	}
	run := func(operation, key string, in any, body func(context.Context, *command.Tx) error) (*command.Ticket, error) {
		ctx, ticket := command.WithTicket(command.WithIdempotencyKey(editor, key))
		_, _, err := command.Run(ctx, runner, operation, in, func(ctx context.Context, tx *command.Tx, _ any) (int, error) { return 1, body(ctx, tx) })
		return ticket, err
	}
	none := struct{}{}
	for name, c := range map[string]struct {
		body func(context.Context, *command.Tx) error
		tags [][]string
	}{
		"two rows":        {func(ctx context.Context, tx *command.Tx) error { return say(ctx, tx, "one", "two") }, [][]string{{"one"}, {"two"}}},
		"nothing to tell": {func(context.Context, *command.Tx) error { return nil }, nil},
		"a fault": {func(ctx context.Context, tx *command.Tx) error {
			return errors.Join(say(ctx, tx, "undone"), tx.Stop(apperr.UserInvalid, "", "No."))
		}, nil},
		"a failure": {func(ctx context.Context, tx *command.Tx) error {
			return errors.Join(say(ctx, tx, "undone"), errors.New("x"))
		}, nil},
		"a fault, and what is kept": {func(ctx context.Context, tx *command.Tx) error {
			tx.Keep()
			return errors.Join(say(ctx, tx, "kept"), tx.Stop(apperr.UserInvalid, "", "No."))
		}, [][]string{{"kept"}}},
		"a savepoint": {func(ctx context.Context, tx *command.Tx) error {
			_, err := tx.Nested(ctx, command.Cause{}, func(inner *command.Tx) error { return say(ctx, inner, "inner") })
			return err
		}, [][]string{{"inner"}}},
	} {
		h.told = nil
		ticket, _ := run("updateWork", "", none, c.body)
		if c.tags == nil {
			require.Empty(t, h.told, name)
			require.Zero(t, ticket.Seq(), name)
			continue
		}
		require.Len(t, h.told, 1, name)
		var got [][]string
		for _, row := range h.told[0] {
			got = append(got, row.Tags)
		}
		require.Equal(t, c.tags, got, name)
		require.Equal(t, h.seq, ticket.Seq(), name)
	}
}

// TestARepetitionIsAnnouncedAgain: the first run may have been killed before it could, and
// its number may have been lost with its answer.
func TestARepetitionIsAnnouncedAgain(t *testing.T) {
	runner, h, db := heralded(t)
	editor, _ := as(t, db, identity.Editor)
	create := func() *command.Ticket {
		ctx, ticket := command.WithTicket(command.WithIdempotencyKey(editor, "the-same-key"))
		_, faults, err := command.Run(ctx, runner, "createWork", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			_, err := tx.Exec(ctx, "SELECT ops.announce('{once}')")
			return 1, err
		})
		require.NoError(t, err)
		require.Empty(t, faults)
		return ticket
	}
	require.EqualValues(t, 1, create().Seq())
	require.EqualValues(t, 2, create().Seq())
	require.Len(t, h.told, 2)
	require.Equal(t, h.told[0], h.told[1], "the same row, which the bus knows")
	_, err := db.Exec(t.Context(), "DELETE FROM ops.outbox")
	require.NoError(t, err)
	require.EqualValues(t, 3, create().Seq())
	require.Empty(t, h.told[2], "it is long on the bus: where that stands is enough")
}

// TestATicketCoversAllOrNothing: a number that stands for a part would promise too much.
func TestATicketCoversAllOrNothing(t *testing.T) {
	runner, h, db := heralded(t)
	editor, _ := as(t, db, identity.Editor)
	ctx, ticket := command.WithTicket(editor)
	change := func() {
		_, _, err := command.Run(ctx, runner, "updateWork", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
			_, err := tx.Exec(ctx, "SELECT ops.announce('{a}')")
			return 0, err
		})
		require.NoError(t, err)
	}
	change()
	change()
	require.EqualValues(t, 2, ticket.Seq())
	h.ok = false
	change()
	h.ok = true
	change()
	require.Zero(t, ticket.Seq())
}

// TestAHugeChangeIsNotReadWhole: nobody publishes more rows before the acknowledgement.
// Those of a transaction are found by the index, however many there are of others.
func TestAHugeChangeIsNotReadWhole(t *testing.T) {
	runner, _, db := heralded(t)
	editor, _ := as(t, db, identity.Editor)
	counted := &counting{}
	runner.Announce = counted
	_, _, err := command.Run(editor, runner, "updateWork", struct{}{}, func(ctx context.Context, tx *command.Tx, _ struct{}) (int, error) {
		_, err := tx.Exec(ctx, "SELECT ops.announce('{a}') FROM generate_series(1, 3000)")
		return 0, err
	})
	require.NoError(t, err)
	require.Equal(t, 1001, counted.rows)
	_, err = db.Exec(t.Context(), "ANALYZE ops.outbox")
	require.NoError(t, err)
	rows, err := db.Query(t.Context(), "EXPLAIN "+command.OutboxSQL)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, strings.Join(lines, "\n"), "Index Scan using outbox_order")
}

type counting struct{ rows int }

func (c *counting) Announce(rows []invalidate.Row) (uint64, bool) {
	c.rows = len(rows)
	return 0, false
}
