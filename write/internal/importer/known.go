package importer

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/lang"
)

// known is the small reference data that records name: loaded as a stage
// begins, and added to outside savepoints only, so that it never says more than
// the transaction holds.
type known struct {
	languages  map[string]bool
	countries  map[string]bool
	licenses   map[string]bool
	series     map[uuid.UUID]bool   // met in this stage
	paths      map[string]uuid.UUID // categories by path
	categories map[string]uuid.UUID // categories by English name, in small letters
}

func loadKnown(ctx context.Context, tx pgx.Tx) (*known, error) {
	k := &known{series: map[uuid.UUID]bool{}, paths: map[string]uuid.UUID{}, categories: map[string]uuid.UUID{}}
	var err error
	if k.languages, err = set(ctx, tx, "SELECT tag FROM core.languages"); err != nil {
		return nil, err
	}
	if k.countries, err = set(ctx, tx, "SELECT code FROM core.countries"); err != nil {
		return nil, err
	}
	if k.licenses, err = set(ctx, tx, "SELECT id FROM core.licenses"); err != nil {
		return nil, err
	}
	err = k.loadCategories(ctx, tx)
	return k, err
}

func (k *known) loadCategories(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, "SELECT id, path, coalesce(names->>'en', '') FROM core.categories WHERE deleted_at IS NULL ORDER BY path DESC")
	if err != nil {
		return err
	}
	var id uuid.UUID
	var path, name string
	_, err = pgx.ForEachRow(rows, []any{&id, &path, &name}, func() error {
		k.addCategory(id, path, name)
		return nil
	})
	return err
}

func (k *known) addCategory(id uuid.UUID, path, name string) {
	k.paths[path] = id
	if name != "" {
		k.categories[strings.ToLower(name)] = id
	}
}

func set(ctx context.Context, tx pgx.Tx, sql string, args ...any) (map[string]bool, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	out := make(map[string]bool, len(list))
	for _, s := range list {
		out[s] = true
	}
	return out, err
}

// existing answers which of the ids are there; sql takes them as $1.
func existing(ctx context.Context, tx pgx.Tx, sql string, list []uuid.UUID) (map[uuid.UUID]bool, error) {
	rows, err := tx.Query(ctx, sql, list)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	out := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		out[id] = true
	}
	return out, err
}

// addLanguages stores the languages that a batch is the first to use.
func (s *step) addLanguages(ctx context.Context, languages []lang.Language) error {
	for _, l := range languages {
		if l.Tag == "" || s.known.languages[l.Tag] {
			continue
		}
		var native *string
		if l.Native != "" {
			native = &l.Native
		}
		_, err := s.tx.Exec(ctx, `INSERT INTO core.languages (tag, iso639_3, script, direction, name_en, name_native)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tag) DO NOTHING`, l.Tag, l.ISO3, l.Script, l.Direction, l.Name, native)
		if err != nil {
			return err
		}
		s.known.languages[l.Tag] = true
		s.wrote.Rows++
	}
	return nil
}

// pairs collects a query of two columns into a map.
func pairs[K comparable](ctx context.Context, tx pgx.Tx, sql string, args ...any) (map[K]uuid.UUID, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	out := map[K]uuid.UUID{}
	var key K
	var id uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		out[key] = id
		return nil
	})
	return out, err
}
