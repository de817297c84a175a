package database

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
)

func TestExplainSaysWhatToDo(t *testing.T) {
	config, err := pgx.ParseConfig("postgres://reader:secret@db.example:5433/library")
	require.NoError(t, err)
	state := func(code, message string) error { return &pgconn.PgError{Code: code, Message: message} }
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"no database":  {state("3D000", ""), "there is no database library at db.example:5433. Create it: createdb library"},
		"password":     {state("28P01", ""), "Postgres does not let reader in. Check the user and password in TERCUL_DATABASE_URL"},
		"role":         {state("42501", "permission denied for schema core"), "the role reader may not do this. Connect as the database's owner or a member of tercul_migrator: permission denied for schema core"},
		"old":          {state("42P01", `relation "core.works" does not exist`), `a table is missing: relation "core.works" does not exist. The database is older than this program; run: tercul migrate up`},
		"disk":         {state("53100", ""), "the database server's disk is full. Free some space and run the same command again; nothing of the last stage was kept"},
		"connections":  {state("53300", "too many clients"), "the database server is out of resources: too many clients. Try again later"},
		"stopping":     {state("57P01", ""), "the database server is stopping or starting. Try again when it is up; what was not committed is undone"},
		"lock":         {state("55P03", ""), "somebody else holds a lock for too long. Try again; pg_stat_activity shows who"},
		"standby":      {state("25006", ""), "the database takes no writes. It may be a standby; use the primary's URL"},
		"lost":         {io.ErrUnexpectedEOF, "the connection to Postgres was lost. What was not committed is undone; run the same command again to continue"},
		"cannot reach": {&pgconn.ConnectError{}, "cannot connect to Postgres at db.example:5433. Is it running?"},
	} {
		t.Run(name, func(t *testing.T) {
			err := Explain(c.err, config)
			var explained *Error
			require.ErrorAs(t, err, &explained)
			require.Contains(t, err.Error(), c.says)
			require.NotContains(t, err.Error(), "secret")
			require.ErrorIs(t, err, c.err)
		})
	}
	require.Nil(t, Explain(nil, config))
	require.Equal(t, context.Canceled, Explain(context.Canceled, config))
	other := errors.New("something else")
	require.Equal(t, other, Explain(other, config))
	require.EqualError(t, Explain(&pgconn.PgError{Code: "23505", Message: "duplicate key", Detail: "Key (id)"}, config),
		"postgres says: duplicate key (SQLSTATE 23505); Key (id)")
}
