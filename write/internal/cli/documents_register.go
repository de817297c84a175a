package cli

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) documentsAdd() *cobra.Command {
	var base string
	cmd := &cobra.Command{
		Use:   "add FILE…",
		Short: "Check .graphql files and register them",
		Long: `Checks each file and registers it under the sha256 of its text. With one that is
not valid, none is registered. The read service answers it as soon as the change is
announced, within a second; a line to try it by is printed.`,
		Example: example(`
			tercul documents add WorkPage.graphql AuthorPage.graphql
			tercul documents add --base https://api.example.org WorkPage.graphql`),
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s needs a file", called(cmd))
			}
			if err := checkBase(base); err != nil {
				return err
			}
			checked, bad, err := a.checkPaths(args)
			if err != nil {
				return err
			}
			if bad > 0 {
				return fmt.Errorf("nothing was registered: %d of %d documents are not valid", bad, len(checked))
			}
			return a.register(cmd.Context(), checked, func(c documents.Checked, did string) { a.describe(base, c, did) })
		},
	}
	baseFlag(cmd, &base)
	return cmd
}

// describe prints what there is to know of a document that was registered.
func (a *app) describe(base string, c documents.Checked, did string) {
	a.print("%s  %s", c.Name(), did)
	a.print("  id     sha256:%s", c.Hash())
	a.print("  cost   %d of %d", c.Document.Cost, document.MaxCost)
	a.print("  fresh  %s", lifetime(c.Document.MaxAge()))
	a.print("  try    %s", tryLine(base, c))
}

func (a *app) documentsImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import MANIFEST",
		Short: "Register the documents of a client's manifest",
		Long: `Reads an Apollo manifest (apollo-persisted-query-manifest, version 1), a Relay map
of ids to texts, or a folder of .graphql files. Valid documents are registered;
the others are listed, and the exit code is 3.`,
		Example: example(`
			tercul documents import persisted-query-manifest.json
			tercul documents import ./queries`),
		Args: exactly(1, "a manifest or a folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			checked, bad, err := a.checkPaths(args)
			if err != nil {
				return err
			}
			var good []documents.Checked
			for _, c := range checked {
				if c.Err == nil {
					good = append(good, c)
				}
			}
			if err := a.register(cmd.Context(), good, a.line); err != nil {
				return err
			}
			if bad > 0 {
				return outcome(exitRejected)
			}
			return nil
		},
	}
}

// line prints the same in one line, for the many of a manifest.
func (a *app) line(c documents.Checked, did string) {
	a.print("%s  %-12s  cost %4d  fresh %6s  %s", c.Hash(), did, c.Document.Cost, lifetime(c.Document.MaxAge()), c.Name())
}

// lifetime is a number of seconds as people say it.
func lifetime(seconds int) string {
	switch {
	case seconds >= 3600 && seconds%3600 == 0:
		return strconv.Itoa(seconds/3600) + " h"
	case seconds >= 60 && seconds%60 == 0:
		return strconv.Itoa(seconds/60) + " min"
	}
	return strconv.Itoa(seconds) + " s"
}

// register registers documents, all or none, and reports each once all are.
func (a *app) register(ctx context.Context, list []documents.Checked, report func(c documents.Checked, did string)) error {
	words := map[documents.Added]string{documents.New: "registered", documents.Unchanged: "unchanged", documents.Revived: "active again"}
	did := make([]documents.Added, len(list))
	err := a.withDatabase(ctx, func(conn *pgx.Conn) error {
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) (err error) {
			for i, c := range list {
				if did[i], err = documents.Add(ctx, tx, c); err != nil {
					return fmt.Errorf("%s (%s): %w; nothing was registered", c.Name(), c.Hash(), err)
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for i, c := range list {
		report(c, words[did[i]])
	}
	return nil
}
