package tsql

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/rivermigrate"
)

// JobSchema is the schema that holds the job queue's tables.
const JobSchema = "jobs"

// The job queue is River's, and so are its tables: this migration runs River's own.
// A later version of them is another migration like it, with the next number.
const (
	jobsMigration = 17
	jobsVersion   = 8
)

func jobs() *goose.Migration {
	return goose.NewGoMigration(jobsMigration, &goose.GoFunc{RunTx: jobsUp}, &goose.GoFunc{RunTx: jobsDown})
}

// jobsUp opens the schema to the writer beforehand, so that it may use whatever
// tables come.
func jobsUp(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		"CREATE SCHEMA " + JobSchema,
		"COMMENT ON SCHEMA " + JobSchema + " IS 'The job queue: tables of River.'",
		"GRANT USAGE ON SCHEMA " + JobSchema + " TO tercul_writer",
		"ALTER DEFAULT PRIVILEGES IN SCHEMA " + JobSchema + " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tercul_writer",
		"ALTER DEFAULT PRIVILEGES IN SCHEMA " + JobSchema + " GRANT USAGE ON SEQUENCES TO tercul_writer",
		"ALTER DEFAULT PRIVILEGES IN SCHEMA " + JobSchema + " GRANT EXECUTE ON FUNCTIONS TO tercul_writer",
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return river(ctx, tx, rivermigrate.DirectionUp, jobsVersion)
}

func jobsDown(ctx context.Context, tx *sql.Tx) error {
	if err := river(ctx, tx, rivermigrate.DirectionDown, -1); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DROP SCHEMA "+JobSchema+" CASCADE")
	return err
}

func river(ctx context.Context, tx *sql.Tx, direction rivermigrate.Direction, target int) error {
	migrator, err := rivermigrate.New(riverdatabasesql.New(nil), &rivermigrate.Config{Schema: JobSchema})
	if err != nil {
		return err
	}
	// The steps up to this version can run in one transaction, and a migration here is one.
	_, err = migrator.MigrateTx(ctx, tx, direction, &rivermigrate.MigrateOpts{TargetVersion: target}) //nolint:staticcheck // see above
	return err
}
