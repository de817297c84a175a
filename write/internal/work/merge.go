package work

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/merge"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// works are what changes with a work: its texts and who is credited for it.
var works = merge.Kind{Table: "core.works", Near: `SELECT id FROM core.expressions WHERE work_id = ANY($1)
	UNION SELECT person_id FROM core.work_contributors WHERE work_id = ANY($1)`}

// Merge makes one work of several.
func Merge(ctx context.Context, tx *command.Tx, in model.MergeWorksInput) (publicid.ID, error) {
	m, err := merge.Hold(ctx, tx, works, merge.Request{Sources: in.SourceIds, Target: in.TargetID, Versions: in.ExpectedVersions})
	if err != nil {
		return in.TargetID, err
	}
	if err := checkOriginals(ctx, tx, m); err != nil || tx.Faulty() {
		return in.TargetID, orFaults(tx, err)
	}
	for _, source := range m.Sources {
		if err := absorb(ctx, tx, m, source); err != nil {
			return in.TargetID, err
		}
	}
	target := state{id: in.TargetID}
	return target.changed(ctx, tx, m.Message(in.Message), m.Detail())
}

// checkOriginals holds that one work has one original text in a language: of two that
// clash both are told, and the source that brings the second.
func checkOriginals(ctx context.Context, tx *command.Tx, m *merge.Merge) error {
	type text struct {
		id       uuid.UUID
		work     uuid.UUID
		language string
	}
	rows, err := tx.Query(ctx, `SELECT id, work_id, language FROM core.expressions WHERE work_id = ANY($1) AND expression_kind = 'ORIGINAL' AND deleted_at IS NULL
		ORDER BY array_position($1, work_id), id`, m.IDs())
	if err != nil {
		return err
	}
	fields := map[uuid.UUID]string{}
	for _, s := range m.Sources {
		fields[s.ID.UUID] = s.Field
	}
	first := map[string]text{}
	var t text
	_, err = pgx.ForEachRow(rows, []any{&t.id, &t.work, &t.language}, func() error {
		other, there := first[t.language]
		if !there {
			first[t.language] = t
			return nil
		}
		tx.Fault(apperr.UserConflict, fields[t.work], "Both have an original text in "+t.language+". Delete one, or make it something else, first.",
			"language", t.language, "expressionId", publicid.Of("EXPRESSION", t.id).String(), "otherId", publicid.Of("EXPRESSION", other.id).String())
		return nil
	})
	return err
}

// absorb ends a source, whose last version says what it was, and gives the target all
// that it had.
func absorb(ctx context.Context, tx *command.Tx, m *merge.Merge, source merge.Part) error {
	_, err := tx.Exec(ctx, "UPDATE core.works SET deleted_at = $2, deleted_by = $3, status = CASE status WHEN 'PUBLISHED' THEN 'UNPUBLISHED' ELSE status END WHERE id = $1",
		source.ID.UUID, tx.Now, tx.By())
	if err != nil {
		return err
	}
	ended := state{id: source.ID}
	if _, err := ended.changed(ctx, tx, "merged into "+m.Target.ID.String(), m.Into()); err != nil {
		return err
	}
	if err := moveTexts(ctx, tx, m, source); err != nil {
		return err
	}
	for _, sql := range descriptions {
		if _, err := tx.Exec(ctx, sql, source.ID.UUID, m.Target.ID.UUID); err != nil {
			return err
		}
	}
	return m.Move(ctx, tx, source)
}

// mostParts is how many titles, and how many contributors, a work has.
const mostParts = 50

// descriptions bring what a source ($1) says of itself into the target's ($2): titles
// and contributors that it does not have, behind its own; what it leaves open.
var descriptions = []string{
	`UPDATE core.work_titles t SET work_id = $2, position = n.position,
		title_kind = CASE WHEN t.title_kind = 'PRIMARY' AND EXISTS (SELECT FROM core.work_titles o WHERE o.work_id = $2 AND o.language = t.language AND o.title_kind = 'PRIMARY')
			THEN 'ALTERNATIVE' ELSE t.title_kind END
	FROM (SELECT r.id, row_number() OVER (ORDER BY r.position, r.id) + last.position AS position, row_number() OVER (ORDER BY r.position, r.id) + last.n AS n
		FROM core.work_titles r, (SELECT coalesce(max(position), -1) AS position, count(*) AS n FROM core.work_titles WHERE work_id = $2) last
		WHERE r.work_id = $1 AND NOT EXISTS (SELECT FROM core.work_titles o WHERE o.work_id = $2 AND o.language = r.language AND o.title = r.title)) n
	WHERE n.id = t.id AND n.n <= ` + most,
	`DELETE FROM core.work_titles WHERE work_id = $1 AND $2::uuid IS NOT NULL`,
	`UPDATE core.work_contributors c SET work_id = $2, position = n.position
	FROM (SELECT r.person_id, r.role, row_number() OVER (ORDER BY r.position, r.person_id, r.role) + last.position AS position,
			row_number() OVER (ORDER BY r.position, r.person_id, r.role) + last.n AS n
		FROM core.work_contributors r, (SELECT coalesce(max(position), -1) AS position, count(*) AS n FROM core.work_contributors WHERE work_id = $2) last
		WHERE r.work_id = $1 AND NOT EXISTS (SELECT FROM core.work_contributors o WHERE o.work_id = $2 AND o.person_id = r.person_id AND o.role = r.role)) n
	WHERE c.work_id = $1 AND c.person_id = n.person_id AND c.role = n.role AND n.n <= ` + most,
	`DELETE FROM core.work_contributors WHERE work_id = $1 AND $2::uuid IS NOT NULL`,
	`UPDATE core.works t SET description = coalesce(t.description, r.description),
		(created_edtf, year_from, year_to) = (SELECT d.created_edtf, d.year_from, d.year_to FROM core.works d
			WHERE d.id = CASE WHEN num_nonnulls(t.created_edtf, t.year_from, t.year_to) > 0 THEN t.id ELSE r.id END),
		series_id = coalesce(t.series_id, r.series_id), series_position = CASE WHEN t.series_id IS NULL THEN r.series_position ELSE t.series_position END
	FROM core.works r WHERE t.id = $2 AND r.id = $1`,
}

var most = strconv.Itoa(mostParts)
