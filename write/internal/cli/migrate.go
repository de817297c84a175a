package cli

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	tsql "github.com/tercul/tercul/sql"
	"github.com/tercul/tercul/write/internal/database"
	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) migrateCommand() *cobra.Command {
	cmd := parent("migrate", "Bring the database's schema up to date, or take it back", a.migrateUp(), a.migrateDown(), a.migrateStatus())
	cmd.Example = example(`
		tercul migrate up
		tercul migrate status
		tercul migrate down`)
	return cmd
}

func (a *app) migrateUp() *cobra.Command {
	return &cobra.Command{
		Use:   "up",
		Short: "Apply every migration that is pending",
		Long: `Applies every pending migration, under a lock: several processes may run it at
once, and enters the documents shipped with the read service into the catalogue.
It also makes the roles tercul_reader, tercul_writer and tercul_migrator,
so the first run needs a user who may create roles.`,
		Example: example(`
			tercul migrate up
			tercul --database postgres://postgres@127.0.0.1:5432/tercul migrate up`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.migrate(cmd.Context(), "applied", tsql.Up); err != nil {
				return err
			}
			return a.registerShipped(cmd.Context())
		},
	}
}

func (a *app) migrateDown() *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Take back the newest migration, or all of them",
		Long: `Takes back the newest migration. With --all the library is gone: every table and
everything in it.`,
		Example: example(`
			tercul migrate down
			tercul migrate down --all`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			run := tsql.Down
			if all {
				run = func(ctx context.Context, url string) ([]tsql.Step, error) { return tsql.DownTo(ctx, url, 0) }
			}
			return a.migrate(cmd.Context(), "took back", run)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "take back every migration, with all data")
	return cmd
}

func (a *app) migrateStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "Say which migration the database is at",
		Example: example(`tercul migrate status`),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.reachable(cmd.Context()); err != nil {
				return err
			}
			current, newest, err := tsql.Version(cmd.Context(), a.url())
			if err != nil {
				return a.explain(err)
			}
			a.print("database %d, program %d", current, newest)
			switch {
			case current < newest:
				a.say("The database is behind. Run: tercul migrate up")
			case current > newest:
				a.say("The database is ahead of this program: a newer one migrated it.")
			default:
				a.say("Up to date.")
			}
			return nil
		},
	}
}

func (a *app) migrate(ctx context.Context, verb string, run func(context.Context, string) ([]tsql.Step, error)) error {
	if err := a.reachable(ctx); err != nil {
		return err
	}
	steps, err := run(ctx, a.url())
	for _, s := range steps {
		a.say("%s %05d %s (%s)", verb, s.Version, s.Name, s.Took.Round(time.Millisecond))
	}
	if err != nil {
		return a.explain(err)
	}
	if len(steps) == 0 {
		a.say("Nothing to do.")
	}
	return nil
}

// explain words an error of a migration, which opens its own connection.
func (a *app) explain(err error) error {
	config, unreadable := pgx.ParseConfig(a.url())
	if unreadable != nil {
		return err
	}
	return database.Explain(err, config)
}

// registerShipped enters the documents of this release into the catalogue.
func (a *app) registerShipped(ctx context.Context) error {
	return a.withDatabase(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			added, err := documents.AddShipped(ctx, tx)
			if added > 0 {
				a.say("registered %d documents shipped with the read service", added)
			}
			return err
		})
	})
}

// reachable fails early and clearly where the migrations would fail obscurely.
func (a *app) reachable(ctx context.Context) error {
	conn, err := database.Connect(ctx, a.url(), "tercul")
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}
