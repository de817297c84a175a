package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) documentsRetire() *cobra.Command {
	var block, unblock bool
	var until string
	cmd := &cobra.Command{
		Use:   "retire HASH",
		Short: "Set the end of a registered document, or block it at once",
		Long: `Marks a registered document as deprecated: it is answered until the day given, 30
days ahead unless --until says otherwise. Clients learn of it from its answers
(Deprecation, Sunset) and from the query operations, operators from tercul
documents list.
--block stops it at once; --unblock takes either back. Documents shipped with the
service are retired by a release.`,
		Example: example(`
			tercul documents retire sha256:3f2a9c0d5be41768f0c2d7a4935e8b16c7d02f4e9a6b85130d47ce92fb16a853 --until 2027-01-31
			tercul documents retire sha256:3f2a9c0d5be41768f0c2d7a4935e8b16c7d02f4e9a6b85130d47ce92fb16a853 --block`),
		Args: exactly(1, "the hash of a document (tercul documents list shows them)"),
		RunE: func(cmd *cobra.Command, args []string) error {
			status, end, err := retirement(block, unblock, until, time.Now())
			if err != nil {
				return err
			}
			hash := strings.TrimPrefix(args[0], "sha256:")
			if status == "DEPRECATED" && documents.IsShipped(hash) {
				return usagef("%s is shipped with the service and retired by a release; --block stops it at once", hash)
			}
			return a.withDatabase(cmd.Context(), func(conn *pgx.Conn) error {
				if err := documents.SetStatus(cmd.Context(), conn, hash, status, end); err != nil {
					return fmt.Errorf("sha256:%s: %w", hash, err)
				}
				a.say("sha256:%s is %s%s.", hash, strings.ToLower(status), sunset(documents.Registered{Sunset: end}))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&block, "block", false, "stop answering it at once")
	cmd.Flags().BoolVar(&unblock, "unblock", false, "make it active again")
	cmd.Flags().StringVar(&until, "until", "", "the day it ends, like 2027-01-31")
	return cmd
}

func retirement(block, unblock bool, until string, now time.Time) (string, *time.Time, error) {
	switch {
	case block && unblock, (block || unblock) && until != "":
		return "", nil, usagef("give one of --until, --block and --unblock")
	case block:
		return "BLOCKED", nil, nil
	case unblock:
		return "ACTIVE", nil, nil
	}
	end := now.Add(documents.Notice).UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	if until != "" {
		day, err := time.Parse(time.DateOnly, until)
		if err != nil {
			return "", nil, usagef("--until %q is not a day like 2027-01-31", until)
		}
		if day.Before(now.Add(documents.Notice).Truncate(24 * time.Hour)) {
			return "", nil, usagef("--until %s is less than 30 days ahead; clients need the time. --block stops a document at once", until)
		}
		end = day
	}
	return "DEPRECATED", &end, nil
}
