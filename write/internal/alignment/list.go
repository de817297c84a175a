package alignment

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Page is a page of alignments.
type Page = page.Page[model.Alignment]

// order is how a list is ordered: by what, in which direction, and what is behind a
// place.
type order struct{ key, direction, behind string }

var orders = map[model.AlignmentSort]order{
	model.AlignmentSortNewest:  {"a.created_at", " DESC", " < "},
	model.AlignmentSortOldest:  {"a.created_at", "", " > "},
	model.AlignmentSortUpdated: {"a.updated_at", " DESC", " < "},
}

// place is where a page ended.
type place struct {
	At time.Time `json:"at"`
	ID uuid.UUID `json:"id"`
}

// List lists the alignments that somebody sees.
func List(ctx context.Context, db command.Reader, a *identity.Actor, f *model.AlignmentFilter, sort model.AlignmentSort, size int, after *string) (Page, error) {
	list, o := "alignments "+string(sort), orders[sort]
	last, err := page.After[place](after, list)
	if err != nil {
		return Page{}, err
	}
	q := seenBy(a)
	if f != nil {
		q.filter(a, f)
	}
	if last != nil {
		q.and("(" + o.key + ", a.id)" + o.behind + "(" + q.bind(last.At) + "::timestamptz, " + q.bind(last.ID) + "::uuid)")
	}
	return page.Load[model.Alignment](ctx, db, list, size, "SELECT jsonb_build_object('at', "+o.key+", 'id', a.id), "+document+
		"WHERE "+q.where+" ORDER BY "+o.key+o.direction+", a.id"+o.direction+" LIMIT "+strconv.Itoa(size+1), q.args...)
}

// Seen reads an alignment if the caller sees it; nil for others.
func Seen(ctx context.Context, db command.Reader, id uuid.UUID) (*model.Alignment, error) {
	q := seenBy(identity.From(ctx))
	q.and("a.id = " + q.bind(id))
	return command.Load[model.Alignment](ctx, db, "SELECT "+document+"WHERE "+q.where, q.args...)
}

// query is which alignments are asked for. Only what is asked for is compared, so
// that Postgres sees which index helps.
type query struct {
	where string
	args  []any
}

func (q *query) and(condition string) { q.where += " AND " + condition }

// bind answers what stands for a value.
func (q *query) bind(value any) string {
	q.args = append(q.args, value)
	return "$" + strconv.Itoa(len(q.args))
}

// seenBy are the alignments of texts that somebody sees, that they made or decide.
func seenBy(a *identity.Actor) *query {
	q := &query{where: "l.deleted_at IS NULL AND r.deleted_at IS NULL"}
	if a.Role >= identity.Editor {
		return q
	}
	me := q.bind(a.UserID)
	for _, e := range []string{"l", "r"} {
		q.and("(EXISTS (SELECT FROM view.expression v WHERE v.id = " + e + ".id) OR " + e + ".created_by = " + me +
			" OR EXISTS (SELECT FROM core.expression_contributors c JOIN core.persons p ON p.id = c.person_id WHERE c.expression_id = " + e +
			".id AND c.role = 'TRANSLATOR' AND p.claimed_by = " + me + " AND p.deleted_at IS NULL))")
	}
	q.and("(a.created_by = " + me + " OR " + q.decidedBy(a) + ")")
	return q
}

// decidedBy are those of a language that a reviewer holds; an editor holds all.
func (q *query) decidedBy(a *identity.Actor) string {
	switch {
	case a.Role >= identity.Editor:
		return "true"
	case a.Role < identity.Reviewer || len(a.Languages) == 0:
		return "false"
	}
	held := q.bind(a.Languages)
	return "(" + ofLanguage("l", held) + " OR " + ofLanguage("r", held) + ")"
}

// ofLanguage tells whether a text is in one of some languages: a tag without subtags
// stands for all that begin with it.
func ofLanguage(e, languages string) string {
	return "EXISTS (SELECT FROM unnest(" + languages + "::text[]) h WHERE " + e + ".language = h OR starts_with(" + e + ".language, h || '-'))"
}

const partly = "EXISTS (SELECT FROM core.alignment_groups g WHERE g.alignment_id = a.id AND g.stale)"

func (q *query) filter(a *identity.Actor, f *model.AlignmentFilter) {
	if f.WorkID != nil {
		q.and("a.work_id = " + q.bind(f.WorkID.UUID))
	}
	q.of(f.ExpressionIds)
	if len(f.Languages) > 0 {
		q.between(f.Languages)
	}
	if f.Status != nil {
		q.and("a.status = ANY (" + q.bind(texts(f.Status)) + ")")
	}
	if f.Stale != nil {
		q.and(partly + " = " + q.bind(*f.Stale))
	}
	if f.AuthorID != nil {
		q.and("a.created_by = " + q.bind(f.AuthorID.UUID))
	}
	if f.Waiting != nil {
		q.and("(a.created_by IS DISTINCT FROM " + q.bind(a.UserID) + " AND (a.left_revision, a.right_revision) = (l.text_revision, r.text_revision)" +
			" AND (a.status = 'SUGGESTED' OR a.status = 'APPROVED' AND " + partly + ") AND " + q.decidedBy(a) + ") = " + q.bind(*f.Waiting))
	}
}

// of are those of a text, or of two with each other. More texts no alignment has, and
// thousands of them would be a query that takes long to plan.
func (q *query) of(ids []publicid.ID) {
	wanted := map[uuid.UUID]bool{}
	for _, id := range ids {
		wanted[id.UUID] = true
	}
	if len(wanted) > 2 {
		q.and("false")
		return
	}
	for id := range wanted {
		text := q.bind(id)
		q.and("(a.left_id = " + text + " OR a.right_id = " + text + ")")
	}
}

// between are those of a text in the one language, and of two languages one text in
// each. More languages no alignment has.
func (q *query) between(languages []string) {
	switch len(languages) {
	case 1:
		one := q.bind(languages)
		q.and("(" + ofLanguage("l", one) + " OR " + ofLanguage("r", one) + ")")
	case 2:
		one, two := q.bind(languages[:1]), q.bind(languages[1:])
		q.and("(" + ofLanguage("l", one) + " AND " + ofLanguage("r", two) + " OR " + ofLanguage("l", two) + " AND " + ofLanguage("r", one) + ")")
	default:
		q.and("false")
	}
}

func texts(values []model.AlignmentStatus) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
