package work

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/merge"
	"github.com/tercul/tercul/write/internal/publicid"
)

// moveTexts makes the texts of a source texts of the target, deleted ones too: they
// can still be restored.
func moveTexts(ctx context.Context, tx *command.Tx, m *merge.Merge, source merge.Part) error {
	from, to := source.ID.UUID, m.Target.ID.UUID
	if err := keepRights(ctx, tx, from, to); err != nil {
		return err
	}
	// What nobody has seen is not published by the way.
	hidden := m.Target.Published() && !source.Published()
	rows, err := tx.Query(ctx, `UPDATE core.expressions SET work_id = $2, version = version + 1, updated_at = $3, updated_by = $4,
			status = CASE WHEN $5 AND status = 'PUBLISHED' THEN 'UNPUBLISHED' ELSE status END
		WHERE work_id = $1 RETURNING id, version`, from, to, tx.Now, tx.By(), hidden)
	if err != nil {
		return err
	}
	versions := map[uuid.UUID]int{}
	var id uuid.UUID
	var version int
	if _, err := pgx.ForEachRow(rows, []any{&id, &version}, func() error { versions[id] = version; return nil }); err != nil {
		return err
	}
	for id, version := range versions {
		if err := tx.Revise(ctx, publicid.Of("EXPRESSION", id), version, "moved with "+source.ID.String()); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, "UPDATE core.alignments SET work_id = $2 WHERE work_id = $1", from, to); err != nil {
		return err
	}
	if err := rebase(ctx, tx, to); err != nil {
		return err
	}
	return moveSlugs(ctx, tx, from, to)
}

// rebase lets edits of the moved texts that wait be edits of their new version, which
// differs in nothing that can be edited.
func rebase(ctx context.Context, tx *command.Tx, work uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE core.contributions c SET base_version = e.version FROM core.expressions e
		WHERE e.work_id = $1 AND e.updated_at = $2 AND c.target_id = e.id AND c.base_version = e.version - 1 AND c.status NOT IN ('APPLIED','REJECTED','WITHDRAWN')`, work, tx.Now)
	return err
}

// keepRights lets each original text keep the rights that it had: what was stated of
// its work is stated of it now, and what was not is said to be unknown where the
// target's statement would speak for it. The statements themselves go to a target
// that says nothing and has no original text that they would open.
func keepRights(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	for _, sql := range []string{
		`INSERT INTO core.rights (id, subject_id, jurisdiction, status, license_id, holder, statement_uri, public_domain_from, basis, evidence_url, determined_by, determined_at)
		SELECT gen_random_uuid(), e.id, r.jurisdiction, r.status, r.license_id, r.holder, r.statement_uri, r.public_domain_from, r.basis, r.evidence_url, r.determined_by, r.determined_at
		FROM core.expressions e JOIN core.rights r ON r.subject_id = e.work_id
		WHERE e.work_id = $1 AND $2::uuid IS NOT NULL AND e.expression_kind = 'ORIGINAL' ON CONFLICT (subject_id, jurisdiction) DO NOTHING`,
		`INSERT INTO core.rights (id, subject_id, jurisdiction, status, basis)
		SELECT gen_random_uuid(), e.id, r.jurisdiction, 'UNKNOWN', 'Nothing was stated of it before its work was merged into another.'
		FROM core.expressions e JOIN core.rights r ON r.subject_id = $2
		WHERE e.work_id = $1 AND e.expression_kind = 'ORIGINAL' ON CONFLICT (subject_id, jurisdiction) DO NOTHING`,
		`DELETE FROM core.rights WHERE subject_id = $1 AND EXISTS (SELECT FROM core.expressions WHERE work_id = $2 AND expression_kind = 'ORIGINAL')`,
	} {
		if _, err := tx.Exec(ctx, sql, from, to); err != nil {
			return err
		}
	}
	return nil
}

// moveSlugs lets the addresses of the texts be good within the target. One that is
// taken there leads to the text that has it, and the other gets a number.
func moveSlugs(ctx context.Context, tx *command.Tx, from, to uuid.UUID) error {
	_, err := tx.Exec(ctx, `UPDATE core.slugs s SET scope_id = $2 WHERE s.kind = 'EXPRESSION' AND s.scope_id = $1
		AND NOT EXISTS (SELECT FROM core.slugs o WHERE o.kind = s.kind AND o.scope_id = $2 AND o.slug = s.slug)`, from, to)
	if err != nil {
		return err
	}
	rows, err := tx.Query(ctx, "UPDATE core.slugs SET is_current = false WHERE kind = 'EXPRESSION' AND scope_id = $1 AND is_current RETURNING subject_id, slug", from)
	if err != nil {
		return err
	}
	taken := map[uuid.UUID]string{}
	var id uuid.UUID
	var slug string
	if _, err := pgx.ForEachRow(rows, []any{&id, &slug}, func() error { taken[id] = slug; return nil }); err != nil {
		return err
	}
	for id, slug := range taken {
		if err := tx.SlugOf(ctx, publicid.Of("EXPRESSION", id), to, slug); err != nil {
			return err
		}
	}
	return nil
}
