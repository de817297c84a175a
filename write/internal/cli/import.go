package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	tsql "github.com/tercul/tercul/sql"
	"github.com/tercul/tercul/write/internal/importer"
)

type importFlags struct {
	sample  bool
	ifEmpty bool
	report  string
}

func (a *app) importCommand() *cobra.Command {
	var flags importFlags
	cmd := &cobra.Command{
		Use:   "import DIR | --sample",
		Short: "Import a library from a folder of JSON Lines files",
		Long: `Imports authors.jsonl, works.jsonl, translations.jsonl and the optional files of
the import form (docs/import.md), in one resumable run: imported again, unchanged
files change nothing, changed records update just themselves, and a run that was
interrupted continues where it stopped.

Every record that cannot go in is listed with file, line, field and reason; the
rest goes in, and the exit code is 3.`,
		Example: example(`
			tercul import ../library
			tercul import --sample --if-empty
			tercul import ../library --report problems.jsonl`),
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, name, err := a.importSource(flags, args)
			if err != nil {
				return err
			}
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error {
				return a.runImport(cmd.Context(), conn, files, name, flags)
			})
		},
	}
	cmd.Flags().BoolVar(&flags.sample, "sample", false, "import the sample library that comes with the program")
	cmd.Flags().BoolVar(&flags.ifEmpty, "if-empty", false, "do nothing when the library holds works already")
	cmd.Flags().StringVar(&flags.report, "report", "", "also write every problem to this file, as JSON Lines")
	return cmd
}

func (a *app) importSource(flags importFlags, args []string) (fs.FS, string, error) {
	switch {
	case flags.sample && len(args) > 0:
		return nil, "", usagef("import takes a folder or --sample, not both")
	case flags.sample:
		files, err := fs.Sub(tsql.Sample, "sample")
		return files, "the sample library", err
	case len(args) == 0:
		return nil, "", usagef("import needs a folder, or --sample")
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return nil, "", err
	}
	if !info.IsDir() {
		return nil, "", usagef("%s is not a folder", args[0])
	}
	return os.DirFS(args[0]), args[0], nil
}

func (a *app) runImport(ctx context.Context, conn *pgx.Conn, files fs.FS, name string, flags importFlags) error {
	if flags.ifEmpty {
		var works int
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM core.works LIMIT 1)").Scan(&works); err != nil {
			return err
		}
		if works > 0 && !a.unfinished(ctx, conn, name) {
			a.say("The library holds works already; nothing was imported.")
			return nil
		}
	}
	report, done, err := openReport(flags.report)
	if err != nil {
		return err
	}
	defer done()
	bar := a.newProgress()
	began := time.Now()
	result, err := importer.Run(ctx, conn, importer.Options{
		Files: files, Name: name, Progress: bar,
		Report: func(p importer.Problem) {
			bar.Clear()
			a.say("%s", problemLine(p))
			report(p)
		},
	})
	if err != nil {
		return importFailure(err)
	}
	return a.summary(result, time.Since(began))
}

// unfinished tells whether this very import was begun and not ended: then an
// almost empty library is not to be taken for a full one.
func (a *app) unfinished(ctx context.Context, conn *pgx.Conn, name string) bool {
	var open bool
	err := conn.QueryRow(ctx, `SELECT status <> 'DONE' FROM ops.import_runs WHERE source = $1 ORDER BY started_at DESC LIMIT 1`, name).Scan(&open)
	return err == nil && open
}

func problemLine(p importer.Problem) string {
	if p.Rejected {
		return "rejected " + p.String()
	}
	return "note     " + p.String()
}

func importFailure(err error) error {
	if errors.Is(err, importer.ErrBusy) {
		return errors.New("another import is running on this database. Wait until it ends, or stop it")
	}
	return err
}

func openReport(name string) (func(importer.Problem), func(), error) {
	if name == "" {
		return func(importer.Problem) {}, func() {}, nil
	}
	f, err := os.Create(name) //nolint:gosec // the user's own choice
	if err != nil {
		return nil, nil, fmt.Errorf("the report cannot be written: %w", err)
	}
	enc := json.NewEncoder(f)
	enc.SetEscapeHTML(false)
	return func(p importer.Problem) { _ = enc.Encode(p) }, func() { _ = f.Close() }, nil
}

func (a *app) summary(r importer.Result, took time.Duration) error {
	var added, changed int
	for _, s := range r.Stages {
		added, changed = added+s.Count.Added, changed+s.Count.Changed
	}
	if r.Resumed {
		a.say("Continued an earlier run that had not finished.")
	}
	switch {
	case !r.Changed && r.Rejected > 0:
		a.say("Nothing changed (%.1f s).", took.Seconds())
	case !r.Changed:
		a.say("Nothing to change: the library holds all of it already (%.1f s).", took.Seconds())
	default:
		a.say("%d added, %d changed in %.1f s.", added, changed, took.Seconds())
	}
	if c := r.Cleaned; c.NFC+c.LineEnds+c.Spaces > 0 {
		a.say("Normalised: %d values to NFC, %d with other line ends, %d with tabs or byte order marks.", c.NFC, c.LineEnds, c.Spaces)
	}
	if r.Remarks > 0 {
		a.say("%d notes on records that went in.", r.Remarks)
	}
	switch {
	case r.Rejected == 0:
		return nil
	case r.Changed:
		a.say("%d records were rejected; the rest went in.", r.Rejected)
	default:
		a.say("%d records were rejected.", r.Rejected)
	}
	return outcome(exitRejected)
}
