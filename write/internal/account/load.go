package account

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Load reads an account as its owner sees it; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Viewer, error) {
	v, err := command.Load[model.Viewer](ctx, db, viewer, id)
	if err != nil || v == nil {
		return v, err
	}
	role, _ := identity.ParseRole(string(v.Role))
	v.Permissions = []string{}
	for _, op := range policy.All() {
		if op.Role <= role {
			v.Permissions = append(v.Permissions, op.Name)
		}
	}
	v.SigningKeys, err = LoadKeys(ctx, db, id, uuid.Nil)
	return v, err
}

// viewer is an account by the names of the schema.
const viewer = `SELECT json_build_object(
	'id', s.public_id, 'username', u.username, 'email', u.email, 'verified', u.email_verified_at IS NOT NULL, 'locale', u.locale,
	'role', coalesce((SELECT role FROM auth.user_roles WHERE user_id = u.id
		ORDER BY array_position(ARRAY['ADMIN','EDITOR','REVIEWER','CONTRIBUTOR'], role) LIMIT 1), 'READER'),
	'reviewerLanguages', ARRAY(SELECT language FROM auth.reviewer_languages WHERE user_id = u.id ORDER BY language),
	'createdAt', u.created_at, 'lastLoginAt', u.last_login_at,
	'profile', json_build_object('version', coalesce(p.version, 1), 'displayName', p.display_name, 'bio', p.bio, 'website', p.website,
		'languages', coalesce(p.languages, '[]'), 'visibility', coalesce(p.visibility, 'PUBLIC')))
FROM auth.users u JOIN core.subjects s ON s.id = u.id LEFT JOIN social.profiles p ON p.user_id = u.id
WHERE u.id = $1 AND u.deleted_at IS NULL`

// LoadKeys reads the live keys of an account, or one of any.
func LoadKeys(ctx context.Context, db command.Reader, user, key uuid.UUID) ([]model.SigningKey, error) {
	rows, err := db.Query(ctx, `SELECT id, label, alg, encode(public_key, 'base64'), created_at FROM auth.signing_keys
		WHERE revoked_at IS NULL AND (user_id = $1 OR id = $2) ORDER BY created_at, id`, user, key)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k model.SigningKey, err error) {
		var id uuid.UUID
		var alg string
		err = row.Scan(&id, &k.Label, &alg, &k.PublicKey, &k.CreatedAt)
		k.ID, k.Alg = publicid.Of(publicid.SigningKey, id), model.SigningAlgorithm(alg)
		return k, err
	})
}

// LoadSessions reads the live sessions of an account, or one of any.
func LoadSessions(ctx context.Context, db command.Reader, user, one uuid.UUID, now time.Time) ([]model.Session, error) {
	rows, err := db.Query(ctx, `SELECT id, mode, created_at, last_seen_at, least(idle_expires_at, absolute_expires_at), reauth_at, host(ip), user_agent
		FROM auth.sessions WHERE (user_id = $1 OR id = $2) AND revoked_at IS NULL AND idle_expires_at > $3 AND absolute_expires_at > $3
		ORDER BY last_seen_at DESC, id LIMIT 50`, user, one, now)
	if err != nil {
		return nil, err
	}
	current := identity.From(ctx).SessionID
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s model.Session, err error) {
		var id uuid.UUID
		var mode string
		err = row.Scan(&id, &mode, &s.CreatedAt, &s.LastSeenAt, &s.ExpiresAt, &s.ReauthenticatedAt, &s.IP, &s.UserAgent)
		s.ID, s.Mode, s.Current = publicid.Of(publicid.Session, id), model.SessionMode(mode), id == current
		return s, err
	})
}
