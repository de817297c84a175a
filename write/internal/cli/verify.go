package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/write/internal/readmodel"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Prove that the read model is what the library says it should be",
		Long: `Compares every table of the read model with its source, both ways: rows that are
missing from it, and rows that should not be in it. Exit code 4 if there are any.`,
		Example: example(`
			tercul verify
			tercul verify || tercul rebuild`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error { return a.verify(cmd.Context(), conn) })
		},
	}
}

func (a *app) verify(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, "SELECT relation, missing, surplus FROM view.verify() ORDER BY relation")
	if err != nil {
		return err
	}
	var relation string
	var missing, surplus int64
	var wrong []string
	_, err = pgx.ForEachRow(rows, []any{&relation, &missing, &surplus}, func() error {
		state := "ok"
		if missing+surplus > 0 {
			state = "DIFFERS"
			wrong = append(wrong, relation)
		}
		a.print("%-20s %8d missing %8d surplus  %s", relation, missing, surplus, state)
		return nil
	})
	if err != nil {
		return err
	}
	if len(wrong) > 0 {
		a.say("The read model differs from the library. Run: tercul rebuild %s", strings.Join(wrong, " "))
		return outcome(exitDiffers)
	}
	a.say("The read model is what the library says.")
	return nil
}

func (a *app) rebuildCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "rebuild [NAME…]",
		Short: "Make the read model anew from the library, all of it or the tables named",
		Long: `Brings the tables of the read model into line with their sources. Rows that are
right already are not written. Caches are told to forget everything when a table
was changed.`,
		Example: example(`
			tercul rebuild
			tercul rebuild work expression`),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error { return a.rebuild(cmd.Context(), conn, args) })
		},
	}
}

func (a *app) rebuild(ctx context.Context, conn *pgx.Conn, names []string) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		models, err := readmodel.Models(ctx, tx)
		if err != nil {
			return err
		}
		for _, name := range names {
			if !slices.Contains(models, name) {
				return usagef("there is no table %q in the read model; there are %s", name, strings.Join(models, ", "))
			}
		}
		return readmodel.Rebuild(ctx, tx, readmodel.Options{Names: names, Report: func(name string, changed int64, took time.Duration) {
			a.say("%-20s %8d rows changed  %6.1f s", name, changed, took.Seconds())
		}})
	})
}
