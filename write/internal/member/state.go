package member

import (
	"context"
	"strconv"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// The states of accounts that commands ask about.
const (
	pending   = "PENDING"
	active    = "ACTIVE"
	suspended = "SUSPENDED"
)

// state is what commands ask of an account before they change it.
type state struct {
	status  string
	version int
}

// hold locks an account and reads it.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) (s state, err error) {
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return s, err
	}
	found, err := tx.One(ctx, []any{&s.status, &s.version}, "SELECT status, version FROM auth.users WHERE id = $1 AND deleted_at IS NULL", id.UUID)
	if err == nil && !found {
		err = tx.NotFound("userId")
	}
	return s, err
}

func indexed(field string, i int) string { return field + "." + strconv.Itoa(i) }
