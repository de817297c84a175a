// Package readmodel rebuilds the tables of the read model after a bulk load.
//
// It does what view.refresh_all() does, a table at a time, so that the statistics
// of each table are taken before the next is built on it. Without them Postgres
// believes a table that was filled in this transaction to be empty, and joins it
// row by row: minutes in place of seconds.
package readmodel

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// sources are the base tables that the read model is computed from.
const sources = `core.subjects, core.slugs, core.languages, core.series, core.persons, core.person_names, core.external_ids, core.works,
	core.work_titles, core.work_contributors, core.expressions, core.expression_contributors, core.text_lines, core.alignments,
	core.tags, core.subject_tags, core.categories, core.subject_categories, core.rights, social.collections,
	social.collection_items, social.comments, stats.totals`

// Models lists the tables in the order in which they build on each other.
func Models(ctx context.Context, tx pgx.Tx) ([]string, error) {
	var models []string
	err := tx.QueryRow(ctx, "SELECT view.models()").Scan(&models)
	return models, err
}

// Options of a rebuild.
type Options struct {
	Names []string // the tables; all of them when there is none
	// Quiet says that nobody reads: then tables that hold few rows are filled
	// without their indexes, which locks readers out until the transaction ends.
	Quiet bool
	// Loaded says that rows which are read where they are written, such as lines
	// of text, came in with the triggers off: then the caches are told in any case.
	Loaded bool
	Report func(name string, changed int64, took time.Duration) // hears of each table as it is done
}

// Rebuild brings the named tables, or all of them, into line with the library,
// and tells every cache to forget everything if that changed any.
func Rebuild(ctx context.Context, tx pgx.Tx, o Options) error {
	var own bool
	if err := tx.QueryRow(ctx, "SELECT has_table_privilege('view.work', 'INSERT')").Scan(&own); err != nil {
		return err
	}
	if !own && o.Loaded {
		_, err := tx.Exec(ctx, "SELECT view.refresh_all()") // takes the statistics of what was loaded, as the owner
		return err
	}
	models, err := Models(ctx, tx)
	if err != nil {
		return err
	}
	if len(o.Names) == 0 {
		o.Names = models
	}
	one := refresh
	if own {
		one = func(ctx context.Context, tx pgx.Tx, name string) (int64, error) {
			return rebuild(ctx, tx, name, o.Quiet)
		}
		if err := prepare(ctx, tx); err != nil {
			return err
		}
	}
	var total int64
	list := Order(models, o.Names)
	rows, spent := map[string]int64{}, map[string]time.Duration{}
	for i, name := range list {
		began := time.Now()
		changed, err := one(ctx, tx, name)
		if err != nil {
			return err
		}
		total += changed
		rows[name], spent[name] = rows[name]+changed, spent[name]+time.Since(began)
		if o.Report != nil && !slices.Contains(list[i+1:], name) {
			o.Report(name, rows[name], spent[name])
		}
	}
	if total == 0 && !o.Loaded {
		return nil
	}
	_, err = tx.Exec(ctx, "SELECT ops.announce('{*}')")
	return err
}

// prepare has the triggers of the base tables do nothing in this transaction, and
// takes the statistics of what was loaded.
func prepare(ctx context.Context, tx pgx.Tx) error {
	if err := Roomy(ctx, tx); err != nil {
		return err
	}
	return Each(ctx, tx, []string{
		"SET LOCAL tercul.defer_refresh = 'on'",
		"SET LOCAL jit = off",
		"LOCK TABLE core.subjects IN EXCLUSIVE MODE",
		"ANALYZE " + strings.Join(strings.Fields(sources), " "),
	})
}

// refresh rebuilds a table for a role that does not own it, as the writer's.
func refresh(ctx context.Context, tx pgx.Tx, name string) (changed int64, err error) {
	err = tx.QueryRow(ctx, "SELECT view.refresh_model($1)", name).Scan(&changed)
	return changed, err
}

// Order is the order in which the named models are rebuilt. Categories count works, which are built
// on categories: when both are wanted, categories come once more at the end.
func Order(models, names []string) []string {
	var list []string
	for _, m := range models {
		if slices.Contains(names, m) {
			list = append(list, m)
		}
	}
	if slices.Contains(list, "category") && slices.Contains(list, "work") {
		list = append(list, "category")
	}
	return list
}

func rebuild(ctx context.Context, tx pgx.Tx, name string, quiet bool) (changed int64, err error) {
	table := pgx.Identifier{"view", name}
	var restore []string
	if quiet {
		if restore, err = DropIndexes(ctx, tx, table); err != nil {
			return 0, err
		}
	}
	if err := tx.QueryRow(ctx, "SELECT view.rebuild($1)", name).Scan(&changed); err != nil {
		return 0, err
	}
	if err := Each(ctx, tx, restore); err != nil {
		return 0, err
	}
	if changed > 0 {
		// With the indexes there: those on expressions have statistics of their own.
		_, err = tx.Exec(ctx, "ANALYZE "+table.Sanitize())
	}
	return changed, err
}
