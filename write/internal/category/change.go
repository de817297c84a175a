package category

import (
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Create makes a category, the last among its siblings.
func Create(ctx context.Context, tx *command.Tx, in model.CreateCategoryInput) (publicid.ID, error) {
	if err := lockTree(ctx, tx); err != nil {
		return publicid.ID{}, err
	}
	names, err := checkNames(ctx, tx, "names", in.Names)
	if err != nil {
		return publicid.ID{}, err
	}
	at := place{slug: in.Slug}
	if err := at.under(ctx, tx, in.ParentID); err != nil {
		return publicid.ID{}, err
	}
	if err := at.check(ctx, tx); err != nil || tx.Faulty() {
		return publicid.ID{}, orFaults(tx, err)
	}
	id, err := tx.NewSubject(ctx, "CATEGORY")
	if err != nil {
		return id, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.categories (id, parent_id, category_kind, names, path, ordinal, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, `+next+`, $6, $6)`, id.UUID, at.parent, string(in.Kind), names, at.path(), tx.Now)
	tx.Audit(id.UUID, 1, in)
	return id, err
}

// next is the place behind the last child of the parent $2.
const next = "(SELECT coalesce(max(o.ordinal) + 1, 0) FROM core.categories o WHERE o.parent_id IS NOT DISTINCT FROM $2)"

func checkNames(ctx context.Context, tx *command.Tx, field string, names []model.CategoryNameInput) (map[string]string, error) {
	out := make(map[string]string, len(names))
	for i, n := range names {
		if err := tx.Language(ctx, field+"."+strconv.Itoa(i)+".language", n.Language); err != nil {
			return nil, err
		}
		out[n.Language] = strings.TrimSpace(n.Name)
	}
	return out, nil
}

// Update renames a category or moves it.
func Update(ctx context.Context, tx *command.Tx, in model.UpdateCategoryInput) (publicid.ID, error) {
	at := place{id: in.ID.UUID, prefix: "patch."}
	version, err := at.hold(ctx, tx)
	if err != nil {
		return in.ID, err
	}
	if err := tx.Current("expectedVersion", in.ExpectedVersion, version); err != nil {
		return in.ID, err
	}
	var set command.Set
	if err := describe(ctx, tx, &set, in.Patch); err != nil {
		return in.ID, err
	}
	if err := at.move(ctx, tx, &set, in.Patch); err != nil || tx.Faulty() {
		return in.ID, orFaults(tx, err)
	}
	set.Add("version", version+1)
	set.Add("updated_at", tx.Now)
	tx.Audit(in.ID.UUID, version+1, in.Patch)
	if err := set.Update(ctx, tx, "core.categories", in.ID.UUID); err != nil || at.path() == at.was {
		return in.ID, err
	}
	_, err = tx.Exec(ctx, "UPDATE core.categories SET path = $2 || substr(path, length($1) + 1), updated_at = $4 WHERE starts_with(path, $1) AND id <> $3",
		at.was, at.path(), at.id, tx.Now)
	return in.ID, err
}

// hold locks the tree and reads where a category is.
func (p *place) hold(ctx context.Context, tx *command.Tx) (version int, err error) {
	if err := lockTree(ctx, tx); err != nil {
		return 0, err
	}
	if err := tx.Lock(ctx, p.id); err != nil {
		return 0, err
	}
	found, err := tx.One(ctx, []any{&version, &p.was, &p.parent}, "SELECT version, path, parent_id FROM core.categories WHERE id = $1 AND deleted_at IS NULL", p.id)
	if err == nil && !found {
		err = tx.NotFound("id")
	}
	whole := strings.TrimSuffix(p.was, "/")
	p.above, p.slug = whole[:strings.LastIndexByte(whole, '/')+1], whole[strings.LastIndexByte(whole, '/')+1:]
	return version, err
}

// describe gathers what the patch says but the place.
func describe(ctx context.Context, tx *command.Tx, set *command.Set, p model.CategoryPatch) error {
	if kind, given := command.Required(tx, "patch.kind", p.Kind); given {
		set.Add("category_kind", string(kind))
	}
	if ordinal, given := command.Required(tx, "patch.ordinal", p.Ordinal); given {
		set.Add("ordinal", ordinal)
	}
	if p.Names == nil {
		return nil
	}
	names, err := checkNames(ctx, tx, "patch.names", p.Names)
	set.Add("names", names)
	return err
}

// move puts a category where the patch wants it.
func (p *place) move(ctx context.Context, tx *command.Tx, set *command.Set, patch model.CategoryPatch) error {
	if slug, given := command.Required(tx, "patch.slug", patch.Slug); given {
		p.slug = slug
	}
	from := p.parent
	if parent, given := patch.ParentID.ValueOK(); given {
		if err := p.under(ctx, tx, parent); err != nil {
			return err
		}
	}
	if p.path() == p.was {
		return nil
	}
	if err := p.check(ctx, tx); err != nil || tx.Faulty() {
		return err
	}
	set.Add("parent_id", p.parent)
	set.Add("path", p.path())
	if patch.Ordinal.IsSet() || same(from, p.parent) {
		return nil
	}
	var last int
	err := tx.QueryRow(ctx, "SELECT coalesce(max(ordinal) + 1, 0) FROM core.categories WHERE parent_id IS NOT DISTINCT FROM $1", p.parent).Scan(&last)
	set.Add("ordinal", last)
	return err
}

func same(a, b *uuid.UUID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// orFaults is the error, or the faults found so far.
func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
