package cli

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/write/internal/generate"
)

func (a *app) generateCommand() *cobra.Command {
	var o generate.Options
	var lines, translations string
	cmd := &cobra.Command{
		Use:   "generate --works N",
		Short: "Make up a library for load tests",
		Long: `Fills the database with made-up works, authors, translations and texts in twenty
languages and fourteen scripts. Popularity follows Zipf's law; the popular works
have the long texts and the many translations. The same seed makes the same rows,
ids and times included.

It is one transaction, for a library that nobody uses meanwhile: tables that hold
little are loaded without their indexes, and readers wait until these are back.
As a superuser it is faster, because foreign keys are not checked.`,
		Example: example(`
			tercul generate --works 1000
			tercul generate --works 100000 --seed 7
			tercul generate --works 1000000 --lines 0 --translations 0..2`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if o.Works < 1 || o.Works > 10_000_000 {
				return usagef("--works must be between 1 and 10000000")
			}
			if o.Lines, err = parseRange("--lines", lines, 5000); err != nil {
				return err
			}
			if o.Translations, err = parseRange("--translations", translations, 99); err != nil {
				return err
			}
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error { return a.generate(cmd.Context(), conn, o) })
		},
	}
	cmd.Flags().IntVar(&o.Works, "works", 0, "how many works")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 1, "the seed that everything follows from")
	cmd.Flags().StringVar(&lines, "lines", "0..40", "lines of a text: a number, or fewest..most")
	cmd.Flags().StringVar(&translations, "translations", "0..8", "translations of a work: a number, or fewest..most")
	return cmd
}

func parseRange(flag, text string, most int) (generate.Range, error) {
	from, to, both := strings.Cut(text, "..")
	if !both {
		to = from
	}
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	if errA != nil || errB != nil || a < 0 || b < a || b > most {
		return generate.Range{}, usagef("%s %q is neither a number nor a range like 0..60 (at most %d)", flag, text, most)
	}
	return generate.Range{From: a, To: b}, nil
}

func (a *app) generate(ctx context.Context, conn *pgx.Conn, o generate.Options) error {
	began := time.Now()
	if err := generate.Run(ctx, conn, o, &rowProgress{app: a}); err != nil {
		return err
	}
	a.say("Made %d works in %.1f s.", o.Works, time.Since(began).Seconds())
	return nil
}

// rowProgress is progress counted in rows.
type rowProgress struct {
	app *app
	bar *progressbar.ProgressBar
}

func (p *rowProgress) Stage(name string, rows int64) {
	if !p.app.terminal {
		return
	}
	if rows == 0 {
		rows = -1
	}
	p.bar = progressbar.NewOptions64(rows, progressbar.OptionSetWriter(p.app.err), progressbar.OptionSetDescription(name),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))
}

func (p *rowProgress) Add(n int64) {
	if p.bar != nil {
		_ = p.bar.Add64(n)
	}
}

func (p *rowProgress) Done(name string, rows int64, took time.Duration) {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
	p.app.say("%-30s %9d rows  %6.1f s", name, rows, took.Seconds())
}
