package category

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

const (
	deepest     = 5
	longestPath = 300
)

// lockTree lets one command at a time change the tree.
func lockTree(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul.categories', 0))")
	return err
}

// place is where a category is to be.
type place struct {
	id     uuid.UUID // zero for a new one
	was    string    // its path so far
	parent *uuid.UUID
	above  string // its parent's path, "/" at the top
	slug   string
	prefix string // of the fields, "patch." or nothing
}

func (p *place) path() string { return p.above + p.slug + "/" }

// under finds the path of the parent.
func (p *place) under(ctx context.Context, tx *command.Tx, parent *publicid.ID) error {
	p.parent, p.above = nil, "/"
	if parent == nil {
		return nil
	}
	p.parent = &parent.UUID
	found, err := tx.One(ctx, []any{&p.above}, "SELECT path FROM core.categories WHERE id = $1 AND deleted_at IS NULL", parent.UUID)
	if err == nil && !found {
		tx.Fault(apperr.UserNotFound, p.prefix+"parentId", "There is no such thing, or you may not see it.")
	}
	return err
}

// check notes what stands in the way of a category, and all below it, at its place.
func (p *place) check(ctx context.Context, tx *command.Tx) error {
	if p.was != "" && strings.HasPrefix(p.above, p.was) {
		tx.Fault(apperr.UserCycle, p.prefix+"parentId", "It would hang below itself.")
		return nil
	}
	var taken bool
	levels, longest := 1, len(p.was)
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM core.categories WHERE path = $1 AND id <> $2),
			coalesce(max(array_length(string_to_array(substr(path, length($3)), '/'), 1)) - 1, 1), coalesce(max(length(path)), length($3))
		FROM core.categories WHERE $3 <> '' AND starts_with(path, $3)`, p.path(), p.id, p.was).Scan(&taken, &levels, &longest)
	if err != nil {
		return err
	}
	if taken {
		tx.Fault(apperr.UserTaken, p.prefix+"slug", "A category has this path.", "path", p.path())
	}
	if depth := strings.Count(p.above, "/") - 1 + levels; depth > deepest {
		tx.Fault(apperr.UserLimitReached, p.prefix+"parentId", "The tree is five levels deep at most.", "max", "5")
	}
	if len(p.path())+longest-len(p.was) > longestPath {
		tx.Fault(apperr.UserTooLong, p.prefix+"slug", "The path is longer than 300 characters.", "max", "300")
	}
	return nil
}
