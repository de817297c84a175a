package member

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
)

// document is an account by the names of the schema.
const document = `jsonb_build_object('id', core.typeid('USER', u.id), 'version', u.version, 'username', u.username, 'email', u.email,
	'verified', u.email_verified_at IS NOT NULL, 'status', u.status, 'role', coalesce(r.roles[1], 'READER'), 'roles', r.roles,
	'reviewerLanguages', ARRAY(SELECT language::text FROM auth.reviewer_languages WHERE user_id = u.id ORDER BY language),
	'suspendedUntil', u.suspended_until, 'suspendedReason', u.suspended_reason, 'deleteAfter', u.delete_after,
	'sessions', (SELECT count(*) FROM auth.sessions s WHERE s.user_id = u.id AND s.revoked_at IS NULL AND s.idle_expires_at > now() AND s.absolute_expires_at > now()),
	'createdAt', u.created_at, 'lastLoginAt', u.last_login_at)
FROM auth.users u CROSS JOIN LATERAL (SELECT ARRAY(SELECT role FROM auth.user_roles WHERE user_id = u.id
	ORDER BY array_position(ARRAY['ADMIN','EDITOR','REVIEWER','CONTRIBUTOR'], role)) AS roles) r `

// Load reads an account; nil where there is none.
func Load(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Member, error) {
	return command.Load[model.Member](ctx, db, "SELECT "+document+"WHERE u.id = $1", id)
}

// order is how a list is sorted: its key beside the id, and which way.
type order struct{ key, compare, direction string }

var orders = map[model.MemberSort]order{
	model.MemberSortNewest:    {"u.created_at", "<", "DESC"},
	model.MemberSortLastLogin: {"coalesce(u.last_login_at, 'epoch')", "<", "DESC"},
	model.MemberSortUsername:  {"u.username_canonical", ">", "ASC"},
}

// place is where a page ended.
type place struct {
	At   *time.Time `json:"at,omitempty"`
	Name *string    `json:"name,omitempty"`
	ID   uuid.UUID  `json:"id"`
}

// filtered is what holds of the accounts asked for. An address is compared as a
// whole: nobody can feel their way to one.
const filtered = `WHERE CASE WHEN $1::text IS NULL THEN u.deleted_at IS NULL ELSE u.status = $1 END
	AND ($2::text IS NULL OR CASE $2 WHEN 'READER' THEN r.roles = '{}' ELSE $2 = ANY (r.roles) END)
	AND ($3::text IS NULL OR EXISTS (SELECT FROM auth.reviewer_languages l WHERE l.user_id = u.id AND l.language = $3))
	AND ($4::text IS NULL OR starts_with(u.username_canonical, $4)) AND ($5::text IS NULL OR u.email_canonical = $5)
	AND ($6::timestamptz IS NULL OR u.created_at >= $6) AND ($7::timestamptz IS NULL OR u.created_at < $7) `

// List lists accounts.
func List(ctx context.Context, db command.Reader, f model.MemberFilter, sort model.MemberSort, size int, after *string) (page.Page[model.Member], error) {
	o, list := orders[sort], "members "+string(sort)
	last, err := page.After[place](after, list)
	if err != nil {
		return page.Page[model.Member]{}, err
	}
	name, kind := "at", "timestamptz"
	if sort == model.MemberSortUsername {
		name, kind = "name", "text"
	}
	var key any
	var id *uuid.UUID
	if last != nil {
		key, id = last.key(sort), &last.ID
	}
	query := fmt.Sprintf(`SELECT jsonb_build_object('%s', %s, 'id', u.id), %s%s AND ($9::uuid IS NULL OR (%s, u.id) %s ($8::%s, $9)) ORDER BY %s %s, u.id %s LIMIT $10`,
		name, o.key, document, filtered, o.key, o.compare, kind, o.key, o.direction, o.direction)
	return page.Load[model.Member](ctx, db, list, size, query, f.Status, f.Role, f.ReviewerLanguage, lower(f.Username), lower(f.Email),
		f.CreatedFrom, f.CreatedBefore, key, id, size+1)
}

func (p place) key(sort model.MemberSort) any {
	if sort == model.MemberSortUsername {
		return p.Name
	}
	return p.At
}

// lower is the form in which names and addresses are compared.
func lower(s *string) *string {
	if s == nil {
		return nil
	}
	low := strings.ToLower(*s)
	return &low
}
