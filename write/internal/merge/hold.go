package merge

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Kind is what differs between what can be merged.
type Kind struct {
	Table string // of the descriptions
	Near  string // a query of the subjects that change with those of $1
}

// Request is what a caller asks for.
type Request struct {
	Sources  []publicid.ID
	Target   publicid.ID
	Versions []model.ExpectedVersionInput
}

// Part is one of the objects of a merge, held.
type Part struct {
	ID      publicid.ID
	Field   string // the input that named it
	Version int
	Status  string
}

// Published tells whether everybody sees it.
func (p *Part) Published() bool { return p.Status == "PUBLISHED" }

// Merge is the objects of a merge, held.
type Merge struct {
	Sources []Part
	Target  Part
}

// IDs are those of all the parts, the target's first.
func (m *Merge) IDs() []uuid.UUID {
	ids := []uuid.UUID{m.Target.ID.UUID}
	for _, s := range m.Sources {
		ids = append(ids, s.ID.UUID)
	}
	return ids
}

// Hold locks what is to be merged, with all that changes with it, and looks whether
// it is as the caller has read it and can be merged. It notes every fault.
func Hold(ctx context.Context, tx *command.Tx, kind Kind, r Request) (*Merge, error) {
	if i := slices.Index(r.Sources, r.Target); i >= 0 {
		return nil, tx.Stop(apperr.UserDuplicate, "sourceIds."+strconv.Itoa(i), "Nothing is merged into itself.")
	}
	m := &Merge{Target: Part{ID: r.Target, Field: "targetId"}}
	for i, id := range r.Sources {
		m.Sources = append(m.Sources, Part{ID: id, Field: "sourceIds." + strconv.Itoa(i)})
	}
	if err := beSlow(ctx, tx); err != nil {
		return nil, err
	}
	if err := m.lock(ctx, tx, kind); err != nil {
		return nil, err
	}
	if err := m.read(ctx, tx, kind); err != nil {
		return nil, err
	}
	m.compare(tx, r.Versions)
	m.check(tx)
	return m, tx.Faults()
}

// beSlow lets each statement take as long as the operation may: one of them moves all
// comments of a source, and refreshes what readers see of them.
func beSlow(ctx context.Context, tx *command.Tx) error {
	_, err := tx.Exec(ctx, "SELECT set_config('statement_timeout', $1, true)", strconv.FormatInt(tx.Operation.Patience.Milliseconds(), 10))
	return err
}

// lock takes every subject that the merge will change, in the order of their ids, and
// waits for whatever is being hung on one of them now. Then it takes the descriptions,
// which credits point at.
func (m *Merge) lock(ctx context.Context, tx *command.Tx, kind Kind) error {
	_, err := tx.Exec(ctx, `SELECT FROM core.subjects WHERE id IN (SELECT unnest($1::uuid[])
			UNION SELECT root_id FROM social.comments WHERE subject_id = ANY($1)
			UNION SELECT collection_id FROM social.collection_items WHERE subject_id = ANY($1)
			UNION `+kind.Near+`) ORDER BY id FOR UPDATE`, m.IDs())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "SELECT FROM "+kind.Table+" WHERE id = ANY($1) ORDER BY id FOR UPDATE", m.IDs())
	return err
}

// read finds how the parts are; what was deleted or merged away is not found.
func (m *Merge) read(ctx context.Context, tx *command.Tx, kind Kind) error {
	rows, err := tx.Query(ctx, "SELECT id, version, status FROM "+kind.Table+" WHERE id = ANY($1) AND deleted_at IS NULL", m.IDs())
	if err != nil {
		return err
	}
	found := map[uuid.UUID]Part{}
	var p Part
	if _, err := pgx.ForEachRow(rows, []any{&p.ID.UUID, &p.Version, &p.Status}, func() error {
		found[p.ID.UUID] = p
		return nil
	}); err != nil {
		return err
	}
	for _, part := range m.parts() {
		now, ok := found[part.ID.UUID]
		if !ok {
			tx.Fault(apperr.UserNotFound, part.Field, "There is no such thing, or you may not see it.")
			continue
		}
		part.Version, part.Status = now.Version, now.Status
	}
	return tx.Faults()
}

// parts are the target and the sources.
func (m *Merge) parts() []*Part {
	all := []*Part{&m.Target}
	for i := range m.Sources {
		all = append(all, &m.Sources[i])
	}
	return all
}

// compare wants the version of each part that the caller has read.
func (m *Merge) compare(tx *command.Tx, versions []model.ExpectedVersionInput) {
	given := map[publicid.ID]int{}
	for i, v := range versions {
		given[v.ID] = i
	}
	for _, part := range m.parts() {
		i, ok := given[part.ID]
		delete(given, part.ID)
		switch {
		case !ok:
			tx.Fault(apperr.UserInvalid, "expectedVersions", "Give the version of each source and of the target.", "id", part.ID.String())
		case versions[i].Version != part.Version:
			tx.Fault(apperr.UserStaleVersion, "expectedVersions."+strconv.Itoa(i)+".version", "It was changed since you read it. Read it again and look whether they are still one.",
				"id", part.ID.String(), "current", strconv.Itoa(part.Version))
		}
	}
	for i, v := range versions {
		if _, left := given[v.ID]; left {
			tx.Fault(apperr.UserInvalid, "expectedVersions."+strconv.Itoa(i)+".id", "This is neither a source nor the target.")
		}
	}
}

// check holds that a merge neither shows nor hides what it must not.
func (m *Merge) check(tx *command.Tx) {
	for _, part := range m.parts() {
		if part.Status == "WITHHELD" {
			tx.Fault(apperr.UserInvalidState, part.Field, "It is withheld for a legal reason.")
		}
	}
	for _, s := range m.Sources {
		if s.Published() && m.Target.Status == "DRAFT" || s.Published() && m.Target.Status == "UNPUBLISHED" {
			tx.Fault(apperr.UserInvalidState, s.Field, "Everybody sees it, and nobody the target. Publish the target first, or merge them the other way.")
		}
	}
}
