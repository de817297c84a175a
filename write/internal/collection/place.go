package collection

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/publicid"
)

// rankAfter finds a rank for an item behind another: behind the last, or before the
// first, where none is named. Where there is no room left all are numbered anew.
func (s *state) rankAfter(ctx context.Context, tx *command.Tx, moved uuid.UUID, after *publicid.ID, last bool) (string, error) {
	if after != nil && after.UUID == moved {
		return "", tx.Stop(apperr.UserInvalid, "afterItem", "Nothing stands after itself.")
	}
	rank, ok, err := s.gap(ctx, tx, moved, after, last)
	if err != nil || ok {
		return rank, err
	}
	if err := s.renumber(ctx, tx); err != nil {
		return "", err
	}
	rank, _, err = s.gap(ctx, tx, moved, after, last)
	return rank, err
}

// gap is a rank between those of the neighbours, if there is one.
func (s *state) gap(ctx context.Context, tx *command.Tx, moved uuid.UUID, after *publicid.ID, last bool) (string, bool, error) {
	low, high, err := s.neighbours(ctx, tx, moved, after, last)
	if err != nil {
		return "", false, err
	}
	if high == "" {
		rank, ok := next(low)
		return rank, ok, nil
	}
	rank, ok := between(low, high)
	return rank, ok, nil
}

// neighbours are the ranks on both sides of the place; empty at the ends.
func (s *state) neighbours(ctx context.Context, tx *command.Tx, moved uuid.UUID, after *publicid.ID, last bool) (low, high string, err error) {
	switch {
	case after != nil:
		found, err := tx.One(ctx, []any{&low}, "SELECT rank FROM social.collection_items WHERE collection_id = $1 AND subject_id = $2", s.id.UUID, after.UUID)
		if err != nil {
			return "", "", err
		}
		if !found {
			return "", "", tx.NotFound("afterItem")
		}
	case last:
		err = tx.QueryRow(ctx, "SELECT coalesce(max(rank), '') FROM social.collection_items WHERE collection_id = $1 AND subject_id <> $2", s.id.UUID, moved).Scan(&low)
		return low, "", err
	}
	err = tx.QueryRow(ctx, "SELECT coalesce(min(rank), '') FROM social.collection_items WHERE collection_id = $1 AND subject_id <> $2 AND rank > $3", s.id.UUID, moved, low).Scan(&high)
	return low, high, err
}

// renumber gives every item a new rank and leaves room between them.
func (s *state) renumber(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE social.collection_items i SET rank = lpad((n.n * $2)::text, $3, '0')
		FROM (SELECT subject_id, row_number() OVER (ORDER BY rank) AS n FROM social.collection_items WHERE collection_id = $1) n
		WHERE i.collection_id = $1 AND i.subject_id = n.subject_id`, s.id.UUID, step, width)
	return err
}
