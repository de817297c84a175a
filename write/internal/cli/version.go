package cli

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"github.com/tercul/tercul/shared/telemetry"
)

func (a *app) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which build this is",
		Example: example(`
			tercul version
			tercul version --json`),
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			build := telemetry.ReadBuild("tercul")
			if !asJSON {
				a.print("tercul %s %s (%s, %s)", build.Version, build.Revision, build.Go, build.Platform)
				return nil
			}
			return json.NewEncoder(a.out).Encode(build)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "answer JSON, as /version of the services does")
	return cmd
}
