package account

import (
	"context"
	"encoding/json"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// UpdateProfile changes what the caller shows of themselves.
func UpdateProfile(ctx context.Context, tx *command.Tx, in model.UpdateProfileInput) (publicid.ID, error) {
	user, err := mine(ctx, tx)
	if err != nil {
		return done(user), err
	}
	var version int
	// Accounts that came with a library may have no profile yet.
	err = tx.QueryRow(ctx, "SELECT coalesce((SELECT version FROM social.profiles WHERE user_id = $1), 1)", user).Scan(&version)
	if err != nil {
		return done(user), err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, version); err != nil {
		return done(user), err
	}
	p := in.Patch
	visibility, changesVisibility := command.Required(tx, "patch.visibility", p.Visibility)
	if tx.Faulty() {
		return done(user), tx.Faults()
	}
	if _, err := tx.Exec(ctx, "INSERT INTO social.profiles (user_id) VALUES ($1) ON CONFLICT DO NOTHING", user); err != nil {
		return done(user), err
	}
	name, setName := text(p.DisplayName.ValueOK())
	bio, setBio := text(p.Bio.ValueOK())
	website, setWebsite := text(p.Website.ValueOK())
	languages, setLanguages := p.Languages.ValueOK()
	list, err := json.Marshal(append([]string{}, languages...))
	if err != nil {
		return done(user), err
	}
	_, err = tx.Exec(ctx, `UPDATE social.profiles SET version = version + 1, updated_at = $2,
			display_name = CASE WHEN $3 THEN $4 ELSE display_name END, bio = CASE WHEN $5 THEN $6 ELSE bio END,
			website = CASE WHEN $7 THEN $8 ELSE website END, languages = CASE WHEN $9 THEN $10::jsonb ELSE languages END,
			visibility = CASE WHEN $11 THEN $12 ELSE visibility END
		WHERE user_id = $1`, user, tx.Now, setName, name, setBio, bio, setWebsite, website, setLanguages, list, changesVisibility, string(visibility))
	tx.Audit(user, version+1, in.Patch)
	return done(user), err
}

// text takes nothing for what is empty.
func text(given *string, set bool) (*string, bool) {
	if given != nil && *given == "" {
		given = nil
	}
	return given, set
}
