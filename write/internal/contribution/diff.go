package contribution

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// compared is a contribution that is compared with the library.
type compared struct {
	diff           *model.ContributionDiff
	kind           model.ContributionType
	status         model.ContributionStatus
	languages      []string
	target         publicid.ID
	patch          model.ContributionPatch
	base, proposed []byte
}

// Diff compares what a contribution was made of, what that is now, and what it
// proposes; nil where there is no such contribution.
func Diff(ctx context.Context, db command.Reader, id uuid.UUID) (*model.ContributionDiff, error) {
	c, err := compare(ctx, db, id)
	if err != nil || c == nil {
		return nil, err
	}
	if err := c.current(ctx, db); err != nil {
		return nil, err
	}
	theirs, err := c.theirs(ctx, db)
	if err != nil {
		return nil, err
	}
	if c.diff.Fields, err = fieldsOf(c.base, theirs, c.proposed); err != nil || c.patch.SetText == nil {
		return c.diff, err
	}
	return c.diff, c.lines(ctx, db)
}

func compare(ctx context.Context, db command.Reader, id uuid.UUID) (*compared, error) {
	c := &compared{diff: &model.ContributionDiff{ContributionID: publicid.Of("CONTRIBUTION", id), Chunks: []model.TextChunk{}, Complete: true}}
	var target *uuid.UUID
	var kind *string
	var patch []byte
	err := db.QueryRow(ctx, `SELECT c.contribution_type, c.status, c.languages, c.target_id, s.kind, c.patch, c.base, c.proposed, c.base_version, c.base_revision
		FROM core.contributions c LEFT JOIN core.subjects s ON s.id = c.target_id WHERE c.id = $1`, id).
		Scan(&c.kind, &c.status, &c.languages, &target, &kind, &patch, &c.base, &c.proposed, &c.diff.BaseVersion, &c.diff.BaseRevision)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // nothing is what a query answers for what is not there
	case err != nil:
		return nil, err
	case target != nil:
		c.target = publicid.Of(*kind, *target)
	}
	if err := json.Unmarshal(patch, &c.patch); err != nil {
		return nil, fmt.Errorf("the patch of %s: %w", c.diff.ContributionID, err)
	}
	if c.kind == model.ContributionTypeAlignment { // it has no description
		c.proposed, err = json.Marshal(c.patch.UpsertAlignment)
	}
	return c, err
}

// current finds the version and revision of what a contribution changes, and whether
// they are those that it was made of.
func (c *compared) current(ctx context.Context, db command.Reader) error {
	d := c.diff
	if c.target.IsZero() || c.status == applied {
		return nil
	}
	revision := "NULL::int"
	if c.target.Kind == "EXPRESSION" {
		revision = "text_revision"
	}
	err := db.QueryRow(ctx, "SELECT version, "+revision+" FROM "+tables[c.target.Kind]+" WHERE id = $1 AND deleted_at IS NULL", c.target.UUID).
		Scan(&d.CurrentVersion, &d.CurrentRevision)
	if errors.Is(err, pgx.ErrNoRows) {
		d.Stale = true
		return nil
	}
	moved := func(base, now *int) bool { return base != nil && (now == nil || *base != *now) }
	d.Stale = moved(d.BaseVersion, d.CurrentVersion) || moved(d.BaseRevision, d.CurrentRevision)
	if in := c.patch.UpsertAlignment; err == nil && in != nil && !d.Stale {
		err = db.QueryRow(ctx, "SELECT text_revision <> $2 OR deleted_at IS NOT NULL FROM core.expressions WHERE id = $1", in.RightID.UUID, in.RightRevision).Scan(&d.Stale)
	}
	return err
}

// theirs is the description as it is now; nothing of what is new or gone.
func (c *compared) theirs(ctx context.Context, db command.Reader) ([]byte, error) {
	if c.base == nil || c.diff.CurrentVersion == nil && c.status != applied {
		return nil, nil
	}
	return command.Snapshot(ctx, db, c.target)
}

// fieldsOf compares three descriptions field by field.
func fieldsOf(base, theirs, ours []byte) ([]model.FieldDiff, error) {
	var sides [3]map[string]any
	names := map[string]bool{}
	for i, text := range [][]byte{base, theirs, ours} {
		if text == nil {
			continue
		}
		if err := json.Unmarshal(text, &sides[i]); err != nil {
			return nil, fmt.Errorf("a description: %w", err)
		}
		for name := range sides[i] {
			names[name] = true
		}
	}
	same := reflect.DeepEqual
	out := []model.FieldDiff{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		b, t, o := sides[0][name], sides[1][name], sides[2][name]
		if !same(b, t) || !same(b, o) {
			out = append(out, model.FieldDiff{Field: name, Kind: kindOf(same, b, t, o), Base: b, Theirs: t, Ours: o})
		}
	}
	return out, nil
}
