package collection

import (
	"context"
	"strconv"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// setMembers says anew who helps, where the patch says it. Whatever faults the
// patch has come out here at the latest.
func (s *state) setMembers(ctx context.Context, tx *command.Tx, members []model.CollectionMemberInput) error {
	if err := s.checkMembers(ctx, tx, members); err != nil {
		return err
	}
	if members == nil || tx.Faulty() {
		return tx.Faults()
	}
	if _, err := tx.Exec(ctx, "DELETE FROM social.collection_members WHERE collection_id = $1", s.id.UUID); err != nil {
		return err
	}
	for _, m := range members {
		_, err := tx.Exec(ctx, "INSERT INTO social.collection_members (collection_id, user_id, role) VALUES ($1, $2, $3)", s.id.UUID, m.UserID.UUID, string(m.Role))
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *state) checkMembers(ctx context.Context, tx *command.Tx, members []model.CollectionMemberInput) error {
	if members == nil {
		return nil
	}
	if tx.Actor.UserID != s.owner && tx.Actor.Role < identity.Admin {
		tx.Fault(apperr.UserForbidden, "patch.members", "Only the owner says who helps.")
		return nil
	}
	ids := make([]publicid.ID, len(members))
	for i, m := range members {
		if ids[i] = m.UserID; m.UserID.UUID == s.owner {
			tx.Fault(apperr.UserInvalid, "patch.members."+strconv.Itoa(i)+".userId", "The owner is no member.")
		}
	}
	return tx.Existing(ctx, "patch.members", "SELECT id FROM view.users_public WHERE id = ANY($1)", ids)
}
