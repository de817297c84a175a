package member

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

// SetRoles gives an account these roles and languages, and takes all others away.
func SetRoles(ctx context.Context, tx *command.Tx, in model.SetUserRolesInput) (publicid.ID, error) {
	user := in.UserID.UUID
	if err := tx.Allow("userId", policy.Object{Owner: user}); err != nil {
		return in.UserID, err
	}
	s, err := hold(ctx, tx, in.UserID)
	if err != nil {
		return in.UserID, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, s.version); err != nil {
		return in.UserID, err
	}
	roles, err := s.check(ctx, tx, in)
	if err != nil {
		return in.UserID, err
	}
	if !slices.Contains(roles, string(model.RoleAdmin)) {
		if err := account.KeepAdmin(ctx, tx, "roles", user); err != nil {
			return in.UserID, err
		}
	}
	if err := store(ctx, tx, user, roles, in.ReviewerLanguages); err != nil {
		return in.UserID, err
	}
	_, err = tx.Exec(ctx, "UPDATE auth.users SET version = version + 1, auth_epoch = auth_epoch + 1, updated_at = $2 WHERE id = $1", user, tx.Now)
	if err != nil {
		return in.UserID, err
	}
	tx.Audit(user, s.version+1, map[string]any{"roles": roles, "reviewerLanguages": in.ReviewerLanguages})
	return in.UserID, session.Note(ctx, tx, user, "ROLES_SET")
}

// check finds what is wrong with the roles, and answers those that are stored.
func (s state) check(ctx context.Context, tx *command.Tx, in model.SetUserRolesInput) ([]string, error) {
	roles := []string{}
	for _, r := range in.Roles {
		if r != model.RoleReader { // everybody is one
			roles = append(roles, string(r))
		}
	}
	if s.status == pending && len(roles) > 0 {
		tx.Fault(apperr.UserInvalidState, "userId", "Its address was never confirmed: nobody knows whose it is.")
	}
	reviewer := slices.Contains(roles, string(model.RoleReviewer))
	switch {
	case reviewer && len(in.ReviewerLanguages) == 0:
		tx.Fault(apperr.UserBlank, "reviewerLanguages", "A reviewer needs at least one language to decide about.")
	case !reviewer && len(in.ReviewerLanguages) > 0:
		tx.Fault(apperr.UserInvalid, "reviewerLanguages", "Languages are for the role REVIEWER.")
	}
	for i, language := range in.ReviewerLanguages {
		if err := tx.Language(ctx, indexed("reviewerLanguages", i), language); err != nil {
			return nil, err
		}
	}
	return roles, tx.Faults()
}

// store keeps when and by whom a role was given that stays.
func store(ctx context.Context, tx *command.Tx, user uuid.UUID, roles, languages []string) error {
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM auth.user_roles WHERE user_id = $1 AND role <> ALL ($2)", []any{user, roles}},
		{`INSERT INTO auth.user_roles (user_id, role, granted_by, granted_at) SELECT $1, r, $3, $4 FROM unnest($2::text[]) r ON CONFLICT DO NOTHING`,
			[]any{user, roles, tx.Actor.UserID, tx.Now}},
		{"DELETE FROM auth.reviewer_languages WHERE user_id = $1 AND language <> ALL ($2::text[])", []any{user, languages}},
		{"INSERT INTO auth.reviewer_languages (user_id, language) SELECT $1, l FROM unnest($2::text[]) l ON CONFLICT DO NOTHING", []any{user, languages}},
	} {
		if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
			return err
		}
	}
	return nil
}
