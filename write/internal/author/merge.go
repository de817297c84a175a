package author

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/merge"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// persons are what changes with a person: what they are credited for.
var persons = merge.Kind{Table: "core.persons", Near: `SELECT work_id FROM core.work_contributors WHERE person_id = ANY($1)
	UNION SELECT unnest(ARRAY[e.id, e.work_id]) FROM core.expression_contributors c JOIN core.expressions e ON e.id = c.expression_id WHERE c.person_id = ANY($1)`}

// Merge makes one person of several. What names a source in a history leads on by its
// id; the descriptions that credit it keep their versions.
func Merge(ctx context.Context, tx *command.Tx, in model.MergeAuthorsInput) (publicid.ID, error) {
	m, err := merge.Hold(ctx, tx, persons, merge.Request{Sources: in.SourceIds, Target: in.TargetID, Versions: in.ExpectedVersions})
	if err != nil {
		return in.TargetID, err
	}
	if err := checkClaims(ctx, tx, m); err != nil || tx.Faulty() {
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

// checkClaims holds that one member at most has claimed the parts.
func checkClaims(ctx context.Context, tx *command.Tx, m *merge.Merge) error {
	var claimed []uuid.UUID
	err := tx.QueryRow(ctx, `SELECT coalesce(array_agg(id ORDER BY array_position($1, id)), '{}') FROM core.persons WHERE id = ANY($1) AND claimed_by IS NOT NULL`, m.IDs()).Scan(&claimed)
	if err != nil || len(claimed) < 2 {
		return err
	}
	for _, source := range m.Sources {
		for _, id := range claimed[1:] {
			if source.ID.UUID == id {
				tx.Fault(apperr.UserConflict, source.Field, "Two members say that this is them.", "otherId", publicid.Of("PERSON", claimed[0]).String())
			}
		}
	}
	return nil
}

// absorb ends a source, whose last version says who it was, and gives the target all
// that it had.
func absorb(ctx context.Context, tx *command.Tx, m *merge.Merge, source merge.Part) error {
	from, to := source.ID.UUID, m.Target.ID.UUID
	var claimant *uuid.UUID
	err := tx.QueryRow(ctx, `WITH was AS (SELECT claimed_by FROM core.persons WHERE id = $1)
		UPDATE core.persons SET deleted_at = $2, deleted_by = $3, claimed_by = NULL WHERE id = $1 RETURNING (SELECT claimed_by FROM was)`, from, tx.Now, tx.By()).Scan(&claimant)
	if err != nil {
		return err
	}
	ended := state{id: source.ID}
	if _, err := ended.changed(ctx, tx, "merged into "+m.Target.ID.String(), m.Into()); err != nil {
		return err
	}
	if err := moveCredits(ctx, tx, from, to); err != nil {
		return err
	}
	for _, sql := range descriptions {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return err
		}
	}
	if claimant != nil {
		if _, err := tx.Exec(ctx, "UPDATE core.persons SET claimed_by = $2 WHERE id = $1", to, claimant); err != nil {
			return err
		}
	}
	return m.Move(ctx, tx, source)
}

func moveCredits(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	if _, err := merge.Folds(ctx, tx, "core.work_contributors", "person_id", "o.work_id = r.work_id AND o.role = r.role", from, to); err != nil {
		return err
	}
	_, err := merge.Folds(ctx, tx, "core.expression_contributors", "person_id", "o.expression_id = r.expression_id AND o.role = r.role", from, to)
	return err
}

// descriptions bring what a source ($1) says of itself into the target's ($2): names
// that it does not have, behind its own, fifty at most; what it leaves open. The dates
// of a life go together.
var descriptions = []string{
	`UPDATE core.person_names t SET person_id = $2, position = n.position,
		name_kind = CASE WHEN t.name_kind = 'PRIMARY' AND EXISTS (SELECT FROM core.person_names o WHERE o.person_id = $2 AND o.language = t.language AND o.name_kind = 'PRIMARY')
			THEN 'ALIAS' ELSE t.name_kind END
	FROM (SELECT r.id, row_number() OVER (ORDER BY r.position, r.id) + last.position AS position, row_number() OVER (ORDER BY r.position, r.id) + last.n AS n
		FROM core.person_names r, (SELECT coalesce(max(position), -1) AS position, count(*) AS n FROM core.person_names WHERE person_id = $2) last
		WHERE r.person_id = $1 AND NOT EXISTS (SELECT FROM core.person_names o WHERE o.person_id = $2 AND o.language = r.language AND o.name = r.name)) n
	WHERE n.id = t.id AND n.n <= 50`,
	`DELETE FROM core.person_names WHERE person_id = $1 AND $2::uuid IS NOT NULL`,
	`UPDATE core.persons t SET (birth_edtf, death_edtf, birth_year, death_year) = (SELECT d.birth_edtf, d.death_edtf, d.birth_year, d.death_year FROM core.persons d
			WHERE d.id = CASE WHEN num_nonnulls(t.birth_edtf, t.death_edtf, t.birth_year, t.death_year) > 0 THEN t.id ELSE r.id END),
		floruit = coalesce(t.floruit, r.floruit), birth_place = coalesce(t.birth_place, r.birth_place), death_place = coalesce(t.death_place, r.death_place),
		country_code = coalesce(t.country_code, r.country_code), bio = coalesce(t.bio, r.bio)
	FROM core.persons r WHERE t.id = $2 AND r.id = $1`,
}

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
