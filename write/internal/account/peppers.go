package account

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/write/internal/secret"
)

// ErrOtherPepper is a pepper that is not the one which was used under its id.
var ErrOtherPepper = errors.New("is not the one that passwords were hashed with under this id")

// Missing are passwords whose peppers the settings do not have. Their owners set new
// ones by mail.
type Missing struct {
	Peppers  []string // ids
	Accounts int
}

// String says it to an operator.
func (m Missing) String() string {
	return fmt.Sprintf("%d passwords were hashed with peppers that TERCUL_WRITE_PEPPERS does not have (%s); their owners have to set new ones by mail",
		m.Accounts, strings.Join(m.Peppers, ", "))
}

// CheckPeppers compares the peppers of the settings with those that were used so far,
// and remembers new ones by what proves them. Nothing is hashed before that: a wrong
// pepper would make passwords that are good nowhere else.
func CheckPeppers(ctx context.Context, db interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, peppers secret.Ring,
) (m Missing, err error) {
	ids, proofs := []string{}, [][]byte{}
	for _, key := range peppers.Keys() {
		ids, proofs = append(ids, key.ID), append(proofs, key.Proof())
	}
	if _, err := db.Exec(ctx, "INSERT INTO auth.peppers (id, proof) SELECT * FROM unnest($1::text[], $2::bytea[]) ON CONFLICT DO NOTHING", ids, proofs); err != nil {
		return m, err
	}
	rows, err := db.Query(ctx, "SELECT id, proof FROM auth.peppers WHERE id = ANY ($1) ORDER BY id", ids)
	if err != nil {
		return m, err
	}
	var id string
	var proof []byte
	var wrong error
	if _, err := pgx.ForEachRow(rows, []any{&id, &proof}, func() error {
		if !bytes.Equal(proof, proofs[slices.Index(ids, id)]) {
			wrong = errors.Join(wrong, fmt.Errorf("TERCUL_WRITE_PEPPERS: the key %s %w; set the right one, or give this one an id of its own", id, ErrOtherPepper))
		}
		return nil
	}); err != nil {
		return m, err
	}
	if wrong != nil {
		return m, wrong
	}
	return missing(ctx, db, ids)
}

func missing(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, ids []string,
) (m Missing, err error) {
	rows, err := db.Query(ctx, "SELECT pepper_id, count(*) FROM auth.credentials WHERE pepper_id <> ALL ($1) GROUP BY 1 ORDER BY 1", ids)
	if err != nil {
		return m, err
	}
	var id string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		m.Peppers, m.Accounts = append(m.Peppers, id), m.Accounts+n
		return nil
	})
	return m, err
}
