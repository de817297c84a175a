package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) documentsExport() *cobra.Command {
	var format, out string
	var registered bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write documents as a client's manifest or as a folder",
		Example: example(`
			tercul documents export > persisted-query-manifest.json
			tercul documents export --format relay --registered
			tercul documents export --format folder --out ./queries`),
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if format != documents.Apollo && format != documents.Relay && format != documents.Folder {
				return usageError{errFormat}
			}
			if format == documents.Folder && out == "" {
				return usagef("--format folder needs --out")
			}
			list, err := a.exported(cmd.Context(), registered)
			if err != nil {
				return err
			}
			return a.writeDocuments(format, out, list)
		},
	}
	cmd.Flags().StringVar(&format, "format", documents.Apollo, "apollo, relay or folder")
	cmd.Flags().StringVar(&out, "out", "", "write to this file or folder (default standard output)")
	cmd.Flags().BoolVar(&registered, "registered", false, "also the documents registered in the database")
	return cmd
}

func (a *app) exported(ctx context.Context, registered bool) ([]documents.Checked, error) {
	entries, err := documents.Shipped()
	if err != nil {
		return nil, err
	}
	if registered {
		err = a.withDatabase(ctx, func(conn *pgx.Conn) error {
			list, err := documents.List(ctx, conn)
			entries = append(entries, unshipped(entries, documents.Entries(list))...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return documents.Check(entries)
}

// unshipped leaves out of the registered documents those that are shipped.
func unshipped(shipped, registered []document.Entry) []document.Entry {
	return slices.DeleteFunc(registered, func(e document.Entry) bool {
		return slices.ContainsFunc(shipped, func(s document.Entry) bool { return s.Text == e.Text })
	})
}

func (a *app) writeDocuments(format, out string, list []documents.Checked) error {
	if format == documents.Folder {
		return documents.WriteFolder(out, list)
	}
	data, err := documents.Manifest(format, list)
	if err != nil {
		return err
	}
	if out != "" {
		return os.WriteFile(out, data, 0o600)
	}
	_, err = a.out.Write(data)
	return err
}

func (a *app) documentsExample() *cobra.Command {
	var base, variables string
	cmd := &cobra.Command{
		Use:   "example [NAME]",
		Short: "Print one curl line that asks the read service for a shipped document",
		Long: `Prints a curl line for a shipped document, WorkPage unless another is named. The
work it asks for is the library's most popular one; --variables gives others.`,
		Example: example(`
			tercul documents example --base http://127.0.0.1:8080
			tercul documents example --base http://127.0.0.1:8080 Languages
			tercul documents example --base http://127.0.0.1:8080 AuthorPage --variables '{"slug":"dante-alighieri"}'`),
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "WorkPage"
			if len(args) == 1 {
				name = args[0]
			}
			c, err := shippedNamed(name)
			if err != nil {
				return err
			}
			if variables == "" {
				if variables, err = a.exampleVariables(cmd.Context(), c); err != nil {
					return err
				}
			}
			if !json.Valid([]byte(variables)) {
				return usagef("--variables is not JSON: %s", variables)
			}
			a.print("curl -s %s", shellQuote(exampleURL(base, c.Hash(), variables)))
			return nil
		},
	}
	cmd.Flags().StringVar(&base, "base", "http://127.0.0.1:8080", "where the read service listens")
	cmd.Flags().StringVar(&variables, "variables", "", "the variables, as JSON")
	return cmd
}

func shippedNamed(name string) (documents.Checked, error) {
	entries, err := documents.Shipped()
	if err != nil {
		return documents.Checked{}, err
	}
	checked, err := documents.Check(entries)
	if err != nil {
		return documents.Checked{}, err
	}
	var names []string
	for _, c := range checked {
		if c.Name() == name {
			return c, c.Err
		}
		names = append(names, c.Name())
	}
	return documents.Checked{}, usagef("no document %q is shipped; there are %s", name, strings.Join(names, ", "))
}

// exampleVariables fills what a document requires, where the library can tell.
func (a *app) exampleVariables(ctx context.Context, c documents.Checked) (string, error) {
	var required []string
	for _, v := range c.Document.Operation.VariableDefinitions {
		if isRequired(v) {
			required = append(required, v.Variable)
		}
	}
	switch {
	case len(required) == 0:
		return "{}", nil
	case c.Name() != "WorkPage" || len(required) != 1 || required[0] != "slug":
		return "", usagef("%s needs variables: %s; give them with --variables", c.Name(), strings.Join(required, ", "))
	}
	slug := ""
	err := a.withDatabase(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT slug FROM view.work ORDER BY popularity DESC, translation_count DESC, id LIMIT 1").Scan(&slug)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", errors.New("the library is empty. Run: tercul import --sample")
	}
	data, _ := json.Marshal(map[string]string{"slug": slug})
	return string(data), err
}

func isRequired(v *ast.VariableDefinition) bool { return v.Type.NonNull && v.DefaultValue == nil }

// exampleURL is the canonical URL of a question.
func exampleURL(base, hash, variables string) string {
	address := strings.TrimSuffix(base, "/") + "/graphql?documentId=sha256:" + hash
	if variables != "{}" {
		address += "&variables=" + url.QueryEscape(variables)
	}
	return address
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func (a *app) documentsRetire() *cobra.Command {
	var block, unblock bool
	var until string
	cmd := &cobra.Command{
		Use:   "retire HASH",
		Short: "Announce the end of a registered document, or block it at once",
		Long: `Marks a registered document as deprecated: it is answered until the day given, 30
days ahead unless --until says otherwise. --block stops it at once; --unblock
takes either back. Documents shipped with the service are retired by a release.`,
		Example: example(`
			tercul documents retire 3f2a… --until 2027-01-31
			tercul documents retire 3f2a… --block`),
		Args: exactly(1, "the hash of a document (tercul documents list shows them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			status, end, err := retirement(block, unblock, until, time.Now())
			if err != nil {
				return err
			}
			hash := strings.TrimPrefix(args[0], "sha256:")
			if status == "DEPRECATED" && isShipped(hash) {
				return usagef("%s is shipped with the service and retired by a release; --block stops it at once", hash)
			}
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error {
				if err := documents.SetStatus(cmd.Context(), conn, hash, status, end); err != nil {
					return fmt.Errorf("%s: %w", hash, err)
				}
				a.say("%s is %s.", hash, strings.ToLower(status))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&block, "block", false, "stop answering it at once")
	cmd.Flags().BoolVar(&unblock, "unblock", false, "make it active again")
	cmd.Flags().StringVar(&until, "until", "", "the day it ends, like 2027-01-31")
	return cmd
}

func isShipped(hash string) bool {
	entries, _ := documents.Shipped()
	return slices.ContainsFunc(entries, func(e document.Entry) bool { return document.ID(e.Text) == hash })
}

const shortestNotice = 30 * 24 * time.Hour

func retirement(block, unblock bool, until string, now time.Time) (string, *time.Time, error) {
	switch {
	case block && unblock, (block || unblock) && until != "":
		return "", nil, usagef("give one of --until, --block and --unblock")
	case block:
		return "BLOCKED", nil, nil
	case unblock:
		return "ACTIVE", nil, nil
	}
	end := now.Add(shortestNotice).UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	if until != "" {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return "", nil, usagef("--until %q is not a day like 2027-01-31", until)
		}
		if day.Before(now.Add(shortestNotice).Truncate(24 * time.Hour)) {
			return "", nil, usagef("--until %s is less than 30 days ahead; clients need the time. --block stops a document at once", until)
		}
		end = day
	}
	return "DEPRECATED", &end, nil
}
