package contribution

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Page is a page of contributions.
type Page = page.Page[model.Contribution]

// order is how a list is ordered: by what, and which rows are behind a cursor of the
// key $1 and the id $2.
type order struct{ key, behind, by string }

var orders = map[model.ContributionSort]order{
	model.ContributionSortNewest:  {"c.created_at", "(c.created_at, c.id) < ($1, $2)", "c.created_at DESC, c.id DESC"},
	model.ContributionSortOldest:  {"c.created_at", "(c.created_at, c.id) > ($1, $2)", "c.created_at, c.id"},
	model.ContributionSortUpdated: {"c.updated_at", "(c.updated_at, c.id) < ($1, $2)", "c.updated_at DESC, c.id DESC"},
}

// queue is the order of those that wait: the longest first.
var queue = order{"c.submitted_at", "(c.submitted_at, c.id) > ($1, $2)", "c.submitted_at, c.id"}

// place is where a page ended.
type place struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// load reads a page of a list in an order. The condition's own parameters begin at $4.
func (o order) load(ctx context.Context, db command.Reader, list string, size int, after *string, condition string, args ...any) (Page, error) {
	last, err := page.After[place](after, list)
	if err != nil {
		return Page{}, err
	}
	var at *time.Time
	var id uuid.UUID
	if last != nil {
		at, id = &last.At, last.ID
	}
	return page.Load[model.Contribution](ctx, db, list, size, "SELECT jsonb_build_object('at', "+o.key+", 'id', c.id), "+document+
		"WHERE ($1::timestamptz IS NULL OR "+o.behind+") AND "+condition+" ORDER BY "+o.by+" LIMIT $3",
		append([]any{at, id, size + 1}, args...)...)
}

// Of lists a member's own contributions, the latest first.
func Of(ctx context.Context, db command.Reader, author uuid.UUID, status []model.ContributionStatus, size int, after *string) (Page, error) {
	return orders[model.ContributionSortNewest].load(ctx, db, "viewerContributions", size, after,
		"c.author_id = $4 AND ($5::text[] IS NULL OR c.status = ANY($5))", author, texts(status))
}

// List lists contributions: all that were submitted for reviewers, their own for
// others.
func List(ctx context.Context, db command.Reader, a *identity.Actor, f model.ContributionFilter, sort model.ContributionSort, size int, after *string) (Page, error) {
	return orders[sort].load(ctx, db, "contributions "+string(sort), size, after, `(c.author_id = $4 OR $5 AND c.submitted_at IS NOT NULL)
		AND ($6::text[] IS NULL OR c.status = ANY($6)) AND ($7::text[] IS NULL OR c.contribution_type = ANY($7))
		AND ($8::text IS NULL OR `+ofLanguage("ARRAY[$8]")+`) AND ($9::uuid IS NULL OR c.target_id = $9)
		AND ($10::uuid IS NULL OR c.author_id = $10) AND ($11::uuid IS NULL OR c.assigned_to = $11)`,
		a.UserID, a.Role >= identity.Reviewer, texts(f.Status), texts(f.Type), f.Language, uuidOf(f.TargetID), uuidOf(f.AuthorID), uuidOf(f.AssigneeID))
}

// Queue lists what waits for a reviewer.
func Queue(ctx context.Context, db command.Reader, a *identity.Actor, language *string, kind *model.ContributionType, size int, after *string) (Page, error) {
	return queue.load(ctx, db, "reviewQueue", size, after, `c.status IN ('SUBMITTED', 'IN_REVIEW') AND c.author_id <> $4
		AND NOT EXISTS (SELECT FROM core.contribution_reviews r WHERE r.contribution_id = c.id AND r.reviewer_id = $4 AND NOT r.superseded)
		AND ($5 OR `+ofLanguage("$6::text[]")+`) AND ($7::text IS NULL OR `+ofLanguage("ARRAY[$7]")+`) AND ($8::text IS NULL OR c.contribution_type = $8)`,
		a.UserID, a.Role >= identity.Editor, a.Languages, language, kind)
}

// ofLanguage tells whether a reviewer who holds the languages decides: a tag without
// subtags stands for all that begin with it.
func ofLanguage(held string) string {
	return `(c.languages = '{}' OR EXISTS (SELECT FROM unnest(c.languages) l, unnest(` + held + `) h WHERE l = h OR starts_with(l, h || '-')))`
}

func texts[T ~string](values []T) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func uuidOf(id *publicid.ID) *uuid.UUID {
	if id == nil {
		return nil
	}
	return &id.UUID
}
