package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/database"
)

// app is one run of the program.
type app struct {
	out, err io.Writer
	terminal bool
	database string
}

// Run executes a command line and answers the exit code.
func Run(ctx context.Context, args []string, out, errOut io.Writer) int {
	a := &app{out: out, err: errOut}
	if f, ok := errOut.(*os.File); ok {
		a.terminal = term.IsTerminal(int(f.Fd()))
	}
	root := a.root() //nolint:contextcheck // each command has the context it is executed with
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	cmd, err := root.ExecuteContextC(ctx)
	return a.exitCode(cmd, err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tercul",
		Short: "Look after a Tercul library: its database, its texts and its persisted documents",
		Long: `tercul migrates the database, imports libraries, checks and rebuilds the read
model, makes test data, and manages the persisted GraphQL documents.

The database is named by ` + database.Variable + ` or --database.

Exit codes: 0 done; 1 failed; 2 wrong usage; 3 finished, but some records or
documents were refused; 4 the read model differs from the library; 5 the database
cannot be reached or used; 130 interrupted.`,
		Example: example(`
			export TERCUL_DATABASE_URL=postgres://postgres@127.0.0.1:5432/tercul
			tercul migrate up
			tercul import --sample --if-empty
			tercul verify`),
		SilenceUsage: true, SilenceErrors: true, SuggestionsMinimumDistance: 2,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVar(&a.database, "database", "", "URL of the Postgres database (default $"+database.Variable+")")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return flagError(err) })
	root.Version = telemetry.ReadBuild("tercul").Version
	root.SetVersionTemplate("tercul {{.Version}}\n")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		a.migrateCommand(), a.importCommand(), a.verifyCommand(), a.rebuildCommand(), a.generateCommand(),
		a.documentsCommand(), a.userCommand(), a.versionCommand(),
	)
	return root
}

func (a *app) say(format string, args ...any) { _, _ = fmt.Fprintf(a.err, format+"\n", args...) }

func (a *app) print(format string, args ...any) { _, _ = fmt.Fprintf(a.out, format+"\n", args...) }

func (a *app) url() string {
	if a.database != "" {
		return a.database
	}
	return os.Getenv(database.Variable)
}

// connect opens the database, which must be migrated.
func (a *app) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := database.Connect(ctx, a.url(), "tercul")
	if err != nil {
		return nil, err
	}
	if err := database.RequireSchema(ctx, conn); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// withDatabase runs work on a connection and words its errors.
func (a *app) withDatabase(ctx context.Context, work func(*pgx.Conn) error) error {
	conn, err := a.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return database.Explain(work(conn), conn.Config())
}

// parent is a command that only groups others.
func parent(use, short string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, SuggestionsMinimumDistance: 2,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return noCommand(cmd, args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(children...)
	return cmd
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		if cmd.HasParent() {
			return usagef("%s takes no argument, but got %q", called(cmd), args[0])
		}
		return noCommand(cmd, args[0])
	}
	return nil
}

// called is a command as a user says it, without the program.
func called(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// noCommand is a command that there is not, with those that were perhaps meant.
func noCommand(cmd *cobra.Command, arg string) error {
	meant := ""
	if near := cmd.SuggestionsFor(arg); len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	if cmd.HasParent() {
		return usagef("%s has no command %q%s", called(cmd), arg, meant)
	}
	return usagef("there is no command %q%s", arg, meant)
}

// flagError words a flag that cannot be read without naming the function that
// could not read it.
func flagError(err error) error {
	var value *pflag.InvalidValueError
	if errors.As(err, &value) {
		kind := value.GetFlag().Value.Type()
		if strings.Contains(kind, "int") {
			kind = "whole number"
		}
		return usagef("--%s takes a %s, not %q", value.GetFlag().Name, kind, value.GetValue())
	}
	return usageError{err}
}

func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return usagef("%s takes at most %d argument(s), but got %d", called(cmd), n, len(args))
		}
		return nil
	}
}

func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usagef("%s needs %s", called(cmd), what)
		}
		return nil
	}
}

// example indents the examples of a command as cobra shows them.
func example(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = "  " + strings.TrimLeft(line, "\t")
	}
	return strings.Join(lines, "\n")
}
