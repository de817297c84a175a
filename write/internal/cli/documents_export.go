package cli

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/documents"
)

var errFormat = errors.New("--format must be apollo, relay or folder")

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
