package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/database"
	"github.com/tercul/tercul/write/internal/documents"
)

// result of one run of the program.
type result struct {
	code     int
	out, err string
}

func tercul(t *testing.T, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	code := Run(t.Context(), args, &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

// on runs the program on a database.
func on(t *testing.T, db string, args ...string) result {
	t.Helper()
	return tercul(t, append([]string{"--database", db}, args...)...)
}

func everyCommand(cmd *cobra.Command, visit func(*cobra.Command)) {
	visit(cmd)
	for _, child := range cmd.Commands() {
		everyCommand(child, visit)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	root := (&app{}).root()
	everyCommand(root, func(cmd *cobra.Command) {
		if cmd.Name() == "help" || cmd.Name() == "completion" || cmd.HasParent() && cmd.Parent().Name() == "completion" {
			return
		}
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			require.NotEmpty(t, cmd.Short)
			require.NotEmpty(t, cmd.Example, "--help shows an example")
			r := tercul(t, append(strings.Fields(cmd.CommandPath())[1:], "--help")...)
			require.Equal(t, exitOK, r.code)
			require.Contains(t, r.out, "Examples:")
		})
	})
	require.Equal(t, exitOK, tercul(t).code)
}

func TestWrongUsageIsCode2(t *testing.T) {
	t.Setenv(database.Variable, "postgres://nobody@127.0.0.1:1/none")
	for args, says := range map[string]string{
		"fly":                                   `there is no command "fly"`,
		"migrate sideways":                      `migrate has no command "sideways"`,
		"migrate statsu":                        `did you mean status?`,
		"documnets":                             `there is no command "documnets"; did you mean documents?`,
		"generate --works ten":                  `--works takes a whole number, not "ten"`,
		"documents example --base nohost":       `--base "nohost" is not an address`,
		"migrate up now":                        `takes no argument`,
		"import":                                `import needs a folder, or --sample`,
		"import --sample here":                  `not both`,
		"import a b":                            `at most 1`,
		"import cli_test.go":                    `not a folder`,
		"verify --fast":                         `unknown flag: --fast`,
		"generate":                              `--works must be between`,
		"generate --works 10 --lines 9..1":      `neither a number nor a range`,
		"documents add":                         `needs a file`,
		"documents import":                      `needs a manifest or a folder`,
		"documents export --format xml":         `apollo, relay or folder`,
		"documents export --format folder":      `needs --out`,
		"documents example Nothing":             `no document "Nothing" is shipped`,
		"documents example AuthorPage":          `needs variables: slug`,
		"documents retire x --until soon":       `not a day`,
		"documents retire x --until 2001-01-01": `less than 30 days ahead`,
		"documents retire x --block --unblock":  `give one of`,
	} {
		r := tercul(t, strings.Fields(args)...)
		require.Equal(t, exitUsage, r.code, "%s: %s", args, r.err)
		require.Contains(t, r.err, says)
		require.Regexp(t, `\nSee: tercul [a-z ]*--help\n$`, r.err)
	}
	require.Contains(t, tercul(t, "documents", "add").err, "See: tercul documents add --help")
}

func TestAFileThatCannotBeUsedIsNamed(t *testing.T) {
	for args, says := range map[string]string{
		"import /no/such/folder":              "tercul: cannot read /no/such/folder: no such file or directory. Check the path",
		"documents add /no/such.graphql":      "tercul: cannot read /no/such.graphql: no such file or directory.",
		"documents export --out /no/such/one": "tercul: cannot open /no/such/one: no such file or directory.",
	} {
		r := tercul(t, strings.Fields(args)...)
		require.Equal(t, exitFailed, r.code, args)
		require.Contains(t, r.err, says)
	}
	r := on(t, pgtest.Database(t), "import", "--sample", "--report", "/no/such/report")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "/no/such/report: no such file or directory", "and nothing of a lost connection")
}

func TestImportVerifyRebuild(t *testing.T) {
	db := pgtest.Database(t)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	r := on(t, db, "import", dir)
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "no authors.jsonl, works.jsonl or any other file of the import form")

	write("authors.jsonl", `{"id":"a","names":[{"language":"en","name":"Ann Author"}]}`+"\n{broken\n")
	write("works.jsonl", `{"id":"w","author_ids":["a"],"title":"Work","original_language":"en","literature_type":"prose","text":"One.\nTwo."}`+"\n")
	report := filepath.Join(dir, "report.json")
	r = on(t, db, "import", dir, "--report", report)
	require.Equal(t, exitRejected, r.code)
	require.Contains(t, r.err, "rejected authors.jsonl:2: broken JSON near byte 2")
	require.Contains(t, r.err, "1 records were rejected; the rest went in.")
	broken := t.TempDir()
	for name, text := range map[string]string{"authors.jsonl": "{broken\n", "works.jsonl": "", "translations.jsonl": ""} {
		require.NoError(t, os.WriteFile(filepath.Join(broken, name), []byte(text), 0o600))
	}
	nothing := on(t, db, "import", broken)
	require.Equal(t, exitRejected, nothing.code, nothing.err)
	require.Contains(t, nothing.err, "Nothing changed")
	require.Contains(t, nothing.err, "1 records were rejected.")
	require.NotContains(t, nothing.err, "holds all of it already")
	require.Contains(t, r.err, "2 added, 0 changed")
	data, err := os.ReadFile(report)
	require.NoError(t, err)
	var problem map[string]any
	require.NoError(t, json.Unmarshal(data, &problem))
	require.Equal(t, "authors.jsonl", problem["file"])
	require.EqualValues(t, 2, problem["line"])
	require.Equal(t, true, problem["rejected"])

	r = on(t, db, "import", "--sample", "--if-empty")
	require.Equal(t, exitOK, r.code)
	require.Contains(t, r.err, "holds works already; nothing was imported")

	r = on(t, db, "verify")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.err, "The read model is what the library says.")
	require.Contains(t, r.out, "work ")

	conn, err := pgx.Connect(t.Context(), db)
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), "UPDATE view.work SET title = 'Forged'")
	require.NoError(t, err)
	r = on(t, db, "verify")
	require.Equal(t, exitDiffers, r.code)
	require.Contains(t, r.err, "Run: tercul rebuild work")
	require.Equal(t, exitUsage, on(t, db, "rebuild", "nothing").code)
	r = on(t, db, "rebuild", "work")
	require.Equal(t, exitOK, r.code, r.err)
	require.Equal(t, exitOK, on(t, db, "verify").code)
	var announced string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT tags::text FROM ops.outbox ORDER BY id DESC LIMIT 1").Scan(&announced))
	require.Equal(t, "{*}", announced)
}

func TestGenerate(t *testing.T) {
	db := pgtest.Database(t)
	r := on(t, db, "generate", "--works", "30", "--lines", "2..6")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.err, "Made 30 works")
	r = on(t, db, "generate", "--works", "30")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "give another --seed")
	require.Equal(t, exitOK, on(t, db, "generate", "--works", "5", "--seed", "2", "--lines", "0").code)
	require.Equal(t, exitOK, on(t, db, "verify").code)
}

func TestParseRange(t *testing.T) {
	for text, ok := range map[string]bool{"3": true, "0..8": true, "5..5": true, "-1": false, "a": false, "9..3": false, "1..9999": false, "": false} {
		_, err := parseRange("--lines", text, 5000)
		require.Equal(t, ok, err == nil, "%q: %v", text, err)
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var out bytes.Buffer
	a := &app{out: &out, err: &out, terminal: true}
	bar := a.newProgress()
	bar.Stage("works", 100)
	bar.Add(50)
	bar.Clear()
	rows := &rowProgress{app: a}
	rows.Stage("core.works", 0)
	rows.Add(10)
	rows.Done("core.works", 10, 0)
	require.Contains(t, out.String(), "core.works")
	require.Contains(t, out.String(), "10 rows")
}

func TestTheLineToTryADocumentBy(t *testing.T) {
	checked, err := documents.Check([]document.Entry{{Text: `query Q($slug: String!, $first: Int = 3) { work(slug: $slug) { id } works(first: $first) { nodes { id } } }`}})
	require.NoError(t, err)
	require.NoError(t, checked[0].Err)
	require.Equal(t, `curl -s --get 'http://h:1/graphql?documentId=sha256:`+checked[0].Hash()+`' --data-urlencode 'variables={"slug":"…"}'`,
		tryLine("http://h:1", checked[0]))
	for address, base := range map[string]string{
		"": "http://127.0.0.1:8080", "10.0.0.1:9": "http://10.0.0.1:9", "0.0.0.0:9": "http://127.0.0.1:9",
		":9": "http://127.0.0.1:9", "[::]:9": "http://127.0.0.1:9", "localhost:9": "http://localhost:9", "[::1]:9": "http://[::1]:9",
	} {
		require.Equal(t, base, readBase(address), address)
	}
}

func Example_shellQuote() {
	fmt.Println(shellQuote(exampleURL("http://x/", "abc", `{"a":"it's"}`)))
	// Output: 'http://x/graphql?documentId=sha256:abc&variables=%7B%22a%22:%22it%27s%22%7D'
}
