package cli

import (
	"os"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) documentsCommand() *cobra.Command {
	cmd := parent("documents", "Manage the persisted GraphQL documents",
		a.documentsList(), a.documentsAdd(), a.documentsImport(), a.documentsCheck(), a.documentsExport(), a.documentsExample(), a.documentsRetire())
	cmd.Long = `The read service answers persisted documents: those shipped with it, and those
registered in the database, which it learns of without a restart. A document is
one query, named, valid against the public schema, and within the limits on depth
and cost.`
	cmd.Example = example(`
		tercul documents check ./queries
		tercul documents add WorkPage.graphql
		tercul documents import persisted-query-manifest.json
		tercul documents list`)
	return cmd
}

func (a *app) documentsList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the documents of the catalogue",
		Long: `Lists every document that the read service answers, or answered: its hash, status,
cost and name. Those marked with a star are shipped with the service.`,
		Example: example(`tercul documents list`),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			shipped, err := shippedHashes()
			if err != nil {
				return err
			}
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error {
				list, err := documents.List(cmd.Context(), conn)
				for _, d := range list {
					mark := ' '
					if shipped[d.Hash] {
						mark = '*'
					}
					a.print("sha256:%s  %-10s %5d  %c %s%s", d.Hash, d.Status, d.Cost, mark, d.Name, sunset(d))
				}
				return err
			})
		},
	}
}

func shippedHashes() (map[string]bool, error) {
	entries, err := documents.Shipped()
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, e := range entries {
		out[document.ID(e.Text)] = true
	}
	return out, nil
}

func sunset(d documents.Registered) string {
	if d.Sunset == nil {
		return ""
	}
	return " (until " + d.Sunset.UTC().Format("2006-01-02") + ")"
}

func (a *app) documentsCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check [PATH…]",
		Short: "Check documents without registering them; with no path, those shipped",
		Example: example(`
			tercul documents check
			tercul documents check WorkPage.graphql ./queries persisted-query-manifest.json`),
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			checked, bad, err := a.checkPaths(args)
			if err != nil {
				return err
			}
			for _, c := range checked {
				if c.Err == nil {
					a.print("sha256:%s  ok  cost %d, depth %d  %s", c.Hash(), c.Document.Cost, c.Document.Depth, c.Name())
				}
			}
			if bad > 0 {
				a.say("%d of %d documents are not valid.", bad, len(checked))
				return outcome(exitRejected)
			}
			return nil
		},
	}
}

// checkPaths reads and checks documents, and says what is wrong with each bad
// one.
func (a *app) checkPaths(paths []string) ([]documents.Checked, int, error) {
	entries, err := readEntries(paths)
	if err != nil {
		return nil, 0, err
	}
	checked, err := documents.Check(entries)
	if err != nil {
		return nil, 0, err
	}
	bad := 0
	for _, c := range checked {
		if c.Err != nil {
			bad++
			for _, fault := range c.Faults() {
				a.say("rejected %s", fault)
			}
		}
	}
	return checked, bad, nil
}

func readEntries(paths []string) ([]document.Entry, error) {
	if len(paths) == 0 {
		return documents.Shipped()
	}
	var all []document.Entry
	for _, path := range paths {
		entries, err := document.ReadPath(path)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return nil, usagef("%s holds no documents (.graphql, .gql or a manifest)", path)
		}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			for i := range entries {
				entries[i].Origin = path + "/" + entries[i].Origin
			}
		}
		all = append(all, entries...)
	}
	return all, nil
}
