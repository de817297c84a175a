package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tercul/tercul/write/internal/documents"
)

func (a *app) documentsExample() *cobra.Command {
	var base, variables string
	cmd := &cobra.Command{
		Use:   "example [NAME]",
		Short: "Print one curl line that asks the read service for a shipped document",
		Long: `Prints a curl line for a shipped document, WorkPage unless another is named. The
work it asks for is the first canto of the Inferno where the library has it, else the
most popular one; --variables gives others.`,
		Example: example(`
			tercul documents example --base http://127.0.0.1:8080
			tercul documents example --base http://127.0.0.1:8080 Languages
			tercul documents example --base http://127.0.0.1:8080 AuthorPage --variables '{"slug":"dante-alighieri"}'`),
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkBase(base); err != nil {
				return err
			}
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
	baseFlag(cmd, &base)
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
	required := requiredVariables(c)
	switch {
	case len(required) == 0:
		return "{}", nil
	case c.Name() != "WorkPage" || len(required) != 1 || required[0] != "slug":
		return "", usagef("%s needs variables: %s; give them with --variables", c.Name(), strings.Join(required, ", "))
	}
	var slug *string
	err := a.withDatabase(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, `SELECT coalesce((SELECT slug FROM view.work WHERE slug = 'dante-inferno-01'),
			(SELECT slug FROM view.work ORDER BY popularity DESC, translation_count DESC, id LIMIT 1))`).Scan(&slug)
	})
	if err == nil && slug == nil {
		return "", errors.New("the library is empty. Run: tercul import --sample")
	}
	data, _ := json.Marshal(map[string]*string{"slug": slug})
	return string(data), err
}

// requiredVariables are those that a document cannot be asked without.
func requiredVariables(c documents.Checked) []string {
	var required []string
	for _, v := range c.Document.Operation.VariableDefinitions {
		if v.Type.NonNull && v.DefaultValue == nil {
			required = append(required, v.Variable)
		}
	}
	return required
}

// baseFlag asks where the read service listens: where the environment says, unless
// it says otherwise.
func baseFlag(cmd *cobra.Command, base *string) {
	cmd.Flags().StringVar(base, "base", readBase(os.Getenv("TERCUL_READ_ADDR")), "where the read service listens")
}

func checkBase(base string) error {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usagef("--base %q is not an address like http://127.0.0.1:8080", base)
	}
	return nil
}

// readBase is the URL of an address that a service listens on.
func readBase(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "http://127.0.0.1:8080"
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// tryLine is a curl line for a document. What has to be filled in stands there
// readably; else it is the canonical URL.
func tryLine(base string, c documents.Checked) string {
	address := exampleURL(base, c.Hash(), "{}")
	required := requiredVariables(c)
	if len(required) == 0 {
		return "curl -s " + shellQuote(address)
	}
	blanks := map[string]string{}
	for _, name := range required {
		blanks[name] = "…"
	}
	variables, _ := json.Marshal(blanks)
	return "curl -s --get " + shellQuote(address) + " --data-urlencode " + shellQuote("variables="+string(variables))
}

// exampleURL is the canonical URL of a question.
func exampleURL(base, hash, variables string) string {
	address := strings.TrimSuffix(base, "/") + "/graphql?documentId=sha256:" + hash
	if variables != "{}" {
		address += "&variables=" + canonicalEscapes.Replace(url.QueryEscape(variables))
	}
	return address
}

// canonicalEscapes leaves as they are the characters that the reader's own spelling
// leaves so: another one would be answered with a Content-Location.
var canonicalEscapes = strings.NewReplacer("%3A", ":", "%2C", ",", "+", "%20")

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
