package work

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// snapshot is what core.work_snapshot keeps of a description.
type snapshot struct {
	OriginalLanguage string                       `json:"originalLanguage"`
	LiteratureType   string                       `json:"literatureType"`
	Created          *string                      `json:"created"`
	YearFrom         *int                         `json:"yearFrom"`
	YearTo           *int                         `json:"yearTo"`
	Description      *string                      `json:"description"`
	Titles           []model.TitleInput           `json:"titles"`
	Contributors     []model.WorkContributorInput `json:"contributors"`
	TagIDs           []publicid.ID                `json:"tagIds"`
	CategoryIDs      []publicid.ID                `json:"categoryIds"`
}

// Revert makes a new version that is as an earlier one was. Persons, tags and
// categories that are gone by now are left out.
func Revert(ctx context.Context, tx *command.Tx, in model.RevertWorkInput) (publicid.ID, error) {
	s, err := holdCurrent(ctx, tx, in.ID, in.ExpectedVersion)
	if err != nil {
		return s.id, err
	}
	var text []byte
	found, err := tx.One(ctx, []any{&text}, "SELECT snapshot FROM core.revisions WHERE subject_id = $1 AND version = $2", s.id.UUID, in.ToVersion)
	if err != nil {
		return s.id, err
	}
	if !found {
		return s.id, tx.Stop(apperr.UserNotFound, "toVersion", "The work never had this version, or nothing was kept of it.")
	}
	var old snapshot
	if err := json.Unmarshal(text, &old); err != nil {
		return s.id, fmt.Errorf("version %d of %s: %w", in.ToVersion, s.id, err)
	}
	if err := old.restore(ctx, tx, s.id); err != nil {
		return s.id, err
	}
	return s.change(ctx, tx, old.columns(), "reverted to version "+strconv.Itoa(in.ToVersion), nil)
}

func (o *snapshot) restore(ctx context.Context, tx *command.Tx, id publicid.ID) error {
	if err := o.drop(ctx, tx); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `WITH titles AS (DELETE FROM core.work_titles WHERE work_id = $1), people AS (DELETE FROM core.work_contributors WHERE work_id = $1),
			tags AS (DELETE FROM core.subject_tags WHERE subject_id = $1), categories AS (DELETE FROM core.subject_categories WHERE subject_id = $1)
		SELECT`, id.UUID)
	if err != nil {
		return err
	}
	if err := writeTitles(ctx, tx, id.UUID, o.Titles); err != nil {
		return err
	}
	if err := writeContributors(ctx, tx, id.UUID, o.Contributors); err != nil {
		return err
	}
	return writeLinks(ctx, tx, id.UUID, o.TagIDs, o.CategoryIDs)
}

// columns are what the row was.
func (o *snapshot) columns() *command.Set {
	set := &command.Set{}
	set.Add("original_language", o.OriginalLanguage)
	set.Add("literature_type", o.LiteratureType)
	set.Add("created_edtf", o.Created)
	set.Add("year_from", o.YearFrom)
	set.Add("year_to", o.YearTo)
	set.Add("description", o.Description)
	return set
}

// drop leaves out what is not there any more, and follows merges.
func (o *snapshot) drop(ctx context.Context, tx *command.Tx) error {
	people := make([]publicid.ID, len(o.Contributors))
	for i, c := range o.Contributors {
		people[i] = c.PersonID
	}
	live, err := survivors(ctx, tx, "core.persons WHERE deleted_at IS NULL", people)
	if err != nil {
		return err
	}
	o.Contributors = credits(o.Contributors, live)
	if o.TagIDs, err = keep(ctx, tx, "core.tags WHERE status = 'ACTIVE'", o.TagIDs); err != nil {
		return err
	}
	o.CategoryIDs, err = keep(ctx, tx, "core.categories WHERE deleted_at IS NULL", o.CategoryIDs)
	return err
}

// credits are those of the people who are left. Two who were merged are one.
func credits(all []model.WorkContributorInput, live map[publicid.ID]publicid.ID) []model.WorkContributorInput {
	type part struct {
		person publicid.ID
		role   model.WorkRole
	}
	var kept []model.WorkContributorInput
	seen := map[part]bool{}
	for _, c := range all {
		id, ok := live[c.PersonID]
		if c.PersonID = id; ok && !seen[part{id, c.Role}] {
			seen[part{id, c.Role}] = true
			kept = append(kept, c)
		}
	}
	return kept
}

func keep(ctx context.Context, tx *command.Tx, from string, ids []publicid.ID) ([]publicid.ID, error) {
	live, err := survivors(ctx, tx, from, ids)
	if err != nil {
		return nil, err
	}
	var out []publicid.ID
	seen := map[publicid.ID]bool{}
	for _, id := range ids {
		if now, ok := live[id]; ok && !seen[now] {
			seen[now] = true
			out = append(out, now)
		}
	}
	return out, nil
}

// survivors are those of the ids that are still there, each with the one it was
// merged into, or itself.
func survivors(ctx context.Context, tx *command.Tx, from string, ids []publicid.ID) (map[publicid.ID]publicid.ID, error) {
	out := map[publicid.ID]publicid.ID{}
	if len(ids) == 0 {
		return out, nil
	}
	rows, err := tx.Query(ctx, `SELECT o.id, coalesce(r.new_id, o.id) FROM unnest($1::uuid[]) o (id) LEFT JOIN core.id_redirects r ON r.old_id = o.id
		WHERE coalesce(r.new_id, o.id) IN (SELECT id FROM `+from+`)`, command.UUIDs(ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		old, now := publicid.ID{Kind: ids[0].Kind}, publicid.ID{Kind: ids[0].Kind}
		if err := rows.Scan(&old.UUID, &now.UUID); err != nil {
			return nil, err
		}
		out[old] = now
	}
	return out, rows.Err()
}
