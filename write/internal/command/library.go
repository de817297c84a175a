package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/slugs"
)

// Lock holds a subject until the end of the transaction. Its row is what the read
// model locks too (docs/data-model.md), so commands take it before any other row
// of the subject. Several are locked in the order of their ids.
func (tx *Tx) Lock(ctx context.Context, ids ...uuid.UUID) error {
	_, err := tx.Exec(ctx, "SELECT FROM core.subjects WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", ids)
	return err
}

// Language makes sure that a language is known, so that rows can name it.
func (tx *Tx) Language(ctx context.Context, field, tag string) error {
	l, unknown := lang.Parse(tag, "")
	if unknown != nil {
		tx.Fault(apperr.UserInvalid, field, "It is not a language that the library can name.")
		return nil //nolint:nilerr // the caller can mend it: a fault, and no failure
	}
	_, err := tx.Exec(ctx, `INSERT INTO core.languages (tag, iso639_3, script, direction, name_en, name_native)
		VALUES ($1, $2, $3, $4, $5, nullif($6, '')) ON CONFLICT (tag) DO NOTHING`, l.Tag, l.ISO3, l.Script, l.Direction, l.Name, l.Native)
	return err
}

// Existing checks that ids name live objects, by a query that takes a list of ids
// and answers those that there are. The faults name the items of the field. A query
// FOR KEY SHARE waits for whoever deletes or merges one of them now, and looks again.
func (tx *Tx) Existing(ctx context.Context, field, query string, ids []publicid.ID) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, query, UUIDs(ids))
	if err != nil {
		return err
	}
	defer rows.Close()
	there := map[uuid.UUID]bool{}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		there[id] = true
	}
	for i, id := range ids {
		if !there[id.UUID] {
			tx.Fault(apperr.UserNotFound, field+"."+strconv.Itoa(i), "There is no such thing, or you may not see it.")
		}
	}
	return rows.Err()
}

// UUIDs are the ids as the database has them.
func UUIDs(ids []publicid.ID) []uuid.UUID {
	out := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		out[i] = id.UUID
	}
	return out
}

// Slug gives a new subject the first free slug of its name, with a number behind
// it where others have the name. The scope is the work of an expression and the
// owner of a collection, else nothing.
func (tx *Tx) Slug(ctx context.Context, id publicid.ID, scope uuid.UUID, name string) error {
	base := slugs.Make(name)
	if base == "" { // a name of symbols alone has the id
		base = strings.ReplaceAll(id.String(), "_", "-")
	}
	return tx.SlugOf(ctx, id, scope, base)
}

// SlugOf is Slug for what is a slug already. Where another transaction takes the same
// one at this moment it waits for that, and looks for the next.
func (tx *Tx) SlugOf(ctx context.Context, id publicid.ID, scope uuid.UUID, base string) error {
	base = base[:min(len(base), slugs.MaxLength-8)]
	for range 100 {
		put, err := tx.Exec(ctx, `INSERT INTO core.slugs (kind, scope_id, slug, subject_id)
			SELECT $1, $2, c.slug, $3 FROM (
				SELECT CASE n WHEN 1 THEN $4::text ELSE $4 || '-' || n END AS slug, n FROM generate_series(1, $5::int) n) c
			WHERE NOT EXISTS (SELECT FROM core.slugs s WHERE s.kind = $1 AND s.scope_id = $2 AND s.slug = c.slug)
			ORDER BY c.n LIMIT 1 ON CONFLICT (kind, scope_id, slug) DO NOTHING`, id.Kind, scope, id.UUID, base, mostSlugs)
		if err != nil || put.RowsAffected() == 1 {
			return err
		}
	}
	return fmt.Errorf("no address that begins with %s is free", base)
}

// mostSlugs is how many subjects of one name can be told apart by a number.
const mostSlugs = 10_000

// histories name what the history keeps of each kind.
var histories = map[string]string{
	"WORK": "core.work_snapshot", "EXPRESSION": "core.expression_snapshot", "PERSON": "core.person_snapshot",
}

// Snapshot is the present description of a subject, as the history keeps it; null
// for what there is none of.
func Snapshot(ctx context.Context, db Reader, id publicid.ID) (text []byte, err error) {
	snapshot, ok := histories[id.Kind]
	if !ok {
		return nil, nil
	}
	err = db.QueryRow(ctx, "SELECT "+snapshot+"($1)", id.UUID).Scan(&text)
	return text, err
}

// Revise writes the present description of a subject into its history.
func (tx *Tx) Revise(ctx context.Context, id publicid.ID, version int, message string) error {
	snapshot, ok := histories[id.Kind]
	if !ok {
		return fmt.Errorf("there is no history of a %s", id.Kind)
	}
	_, err := tx.Exec(ctx, `INSERT INTO core.revisions (subject_id, version, snapshot, actor_id, message, request_id, contribution_id)
		VALUES ($1, $2, `+snapshot+`($1), $3, $4, $5, $6)`,
		id.UUID, version, tx.By(), textNull(message), textNull(telemetry.RequestID(ctx)), tx.Contribution())
	return err
}
