package importer

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// ledgers record what a batch touched: new subjects, subjects whose dependent
// rows changed, and subjects whose version was raised.
var ledgers = []string{"in_new", "in_touched", "in_changed"}

// notebooks collect over a whole stage what can only be settled at its end.
var notebooks = []string{
	"in_positions (work_id uuid, series_id uuid, position int)",
	"in_sources (expression_id uuid, source_id uuid, file text, line int)",
	"in_pairs (id uuid, work_id uuid, left_id uuid, right_id uuid, left_revision int, right_revision int, method text, status text, confidence real)",
	"in_groups (alignment_id uuid, idx int, left_lines int4range, right_lines int4range, linear boolean, confidence real)",
}

// tables are all that have a staging table.
var tables = []table{
	usersTable, profilesTable, categoriesTable, tagsTable, personsTable, personNamesTable, externalIDsTable,
	worksTable, workTitlesTable, workContributorsTable, subjectTagsTable, subjectCategoriesTable,
	expressionsTable, expressionContributorsTable, rightsTable, collectionsTable, collectionItemsTable, broughtTable, trendingTable,
}

// createStages makes the session's staging tables. They are emptied at every
// commit and before every batch.
func (r *run) createStages(ctx context.Context) error {
	for _, name := range ledgers {
		if _, err := r.conn.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS "+name+" (id uuid NOT NULL) ON COMMIT DELETE ROWS"); err != nil {
			return err
		}
	}
	for _, definition := range notebooks {
		if _, err := r.conn.Exec(ctx, "CREATE TEMP TABLE IF NOT EXISTS "+definition+" ON COMMIT DELETE ROWS"); err != nil {
			return err
		}
	}
	for _, t := range tables {
		if _, err := r.conn.Exec(ctx, strings.Replace(t.createStage(), "TEMP TABLE", "TEMP TABLE IF NOT EXISTS", 1)); err != nil {
			return err
		}
	}
	return nil
}

// cleanStages empties what the batch before this one used.
func (s *step) cleanStages(ctx context.Context) error {
	names := append([]string{}, ledgers...)
	for name := range s.dirty {
		names = append(names, name)
	}
	s.dirty = map[string]bool{}
	_, err := s.tx.Exec(ctx, "TRUNCATE "+strings.Join(names, ", "))
	return err
}

// copyInto fills a staging table.
func (s *step) copyInto(ctx context.Context, t table, rows [][]any) error {
	if len(rows) == 0 {
		return nil
	}
	s.dirty[t.stage()] = true
	_, err := s.tx.CopyFrom(ctx, pgx.Identifier{t.stage()}, t.columns, pgx.CopyFromRows(rows))
	return err
}

// exec runs a statement and counts the rows it wrote.
func (s *step) exec(ctx context.Context, sql string, args ...any) error {
	tag, err := s.tx.Exec(ctx, sql, args...)
	s.wrote.Rows += tag.RowsAffected()
	return err
}

// syncSubjects brings staged subjects and their dependent rows into the real
// tables: new ones are inserted, dependents replaced where they differ, and
// versions raised of what changed.
func (s *step) syncSubjects(ctx context.Context, kind string, base table, children ...table) error {
	if err := s.addSubjects(ctx, kind, base); err != nil {
		return err
	}
	for _, child := range children {
		if err := s.syncChildren(ctx, base, child); err != nil {
			return err
		}
	}
	return s.renewSubjects(ctx, base)
}

func (s *step) addSubjects(ctx context.Context, kind string, base table) error {
	if err := s.exec(ctx, base.addSubjects(kind)); err != nil {
		return err
	}
	return s.exec(ctx, base.add())
}

func (s *step) syncChildren(ctx context.Context, base, child table) error {
	if err := s.exec(ctx, child.prune(base.stage())); err != nil {
		return err
	}
	return s.exec(ctx, child.fill())
}

func (s *step) renewSubjects(ctx context.Context, base table) error {
	if err := s.exec(ctx, base.renew()); err != nil {
		return err
	}
	return s.writeDown(ctx, base)
}

// tally counts the records of a batch by what became of them. Without keys
// every subject in the ledgers counts.
func (s *step) tally(ctx context.Context, keys []uuid.UUID) error {
	return s.tx.QueryRow(ctx, `SELECT
		(SELECT count(DISTINCT id) FROM in_new WHERE $1::uuid[] IS NULL OR id = ANY($1)),
		(SELECT count(DISTINCT id) FROM in_changed c WHERE ($1::uuid[] IS NULL OR id = ANY($1)) AND NOT EXISTS (SELECT FROM in_new n WHERE n.id = c.id))`,
		keys).Scan(&s.wrote.Added, &s.wrote.Changed)
}

// manyNew is the number of new records in one batch from which a run turns to
// bulk loading.
const manyNew = 100

// watchBulk turns to bulk loading when a batch brings many new subjects.
func (s *step) watchBulk(ctx context.Context, keys []uuid.UUID) error {
	if s.record.Bulk || len(keys) < manyNew {
		return nil
	}
	old, err := existing(ctx, s.tx, "SELECT id FROM core.subjects WHERE id = ANY($1)", keys)
	if err != nil || len(keys)-len(old) < manyNew {
		return err
	}
	s.record.Bulk = true
	return s.deferRefresh(ctx)
}

// deferRefresh makes the triggers of the read model rest for this transaction.
func (s *step) deferRefresh(ctx context.Context) error {
	if !s.record.Bulk {
		return nil
	}
	_, err := s.tx.Exec(ctx, "SET LOCAL tercul.defer_refresh = 'on'")
	return err
}
