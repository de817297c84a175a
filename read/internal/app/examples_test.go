package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateExamples = flag.Bool("update-examples", false, "write docs/api/examples.md anew")

const examplesFile = "../../../docs/api/examples.md"

// example is a question of the API guide, asked of the sample library.
type example struct {
	title, words, operation string
	variables               map[string]any
}

// examples are made when the reader runs, since they name what it answers.
func examples(s *running) []example {
	id := func(path string) string {
		var found struct {
			Data struct {
				Passage struct{ Translation struct{ ID string } }
			}
		}
		s.question("Passage", map[string]any{"ref": path}, &found)
		return found.Data.Passage.Translation.ID
	}
	var dante struct {
		Data struct{ Work struct{ ID string } }
	}
	s.question("ParallelPage", map[string]any{"slug": "dante-inferno-01"}, &dante)
	work, italian, english := dante.Data.Work.ID, id("dante-inferno-01/it.original:1.1"), id("dante-inferno-01/en.verse:1.1")
	return []example{
		{"A cited passage", "What a citation names: work, version, lines. With `@3` it would be pinned to a revision and could never change.",
			"Passage", map[string]any{"ref": "dante-inferno-01/en.verse:1.1-1.3"}},
		{"Versions side by side", "Row by row, as far as they are aligned; the rows follow the original.",
			"ParallelReading", map[string]any{"workId": work, "first": 2, "expressionIds": []string{
				italian, english, id("dante-inferno-01/de.verse:1.1"), id("dante-inferno-01/fr.vers:1.1")}}},
		{"Works, filtered", "Poetry in Italian that was made between 1300 and 1400, the oldest first. Conditions combine with `and`, `or` and `not`.",
			"Works", map[string]any{"first": 2, "sort": "YEAR", "language": "en", "count": true, "filter": map[string]any{
				"originalLanguage": []string{"it"}, "literatureType": []string{"POETRY"}, "year": map[string]any{"from": 1300, "to": 1400}}}},
		{"A work by its id", "An id that was merged away answers the survivor, and says so in `redirectedFrom`.",
			"WorkById", map[string]any{"id": work, "language": "en"}},
		{"The best translation for a reader", "By the languages the reader prefers, in order.",
			"BestTranslation", map[string]any{"workId": work, "languages": []string{"fr-CA", "de"}}},
		{"What changed in a text", "Between two of its revisions, line by line.",
			"TranslationDiff", map[string]any{"translationId": english, "from": 1, "to": 2}},
		{"How to cite it", "In six formats.", "Citation", map[string]any{"subjectId": english, "format": "CHICAGO", "ref": "1.1", "locale": "en"}},
		{"Its legal standing", "In a jurisdiction, or at large.", "Rights", map[string]any{"subjectId": english}},
		{"What does not exist", "Null, and no error.", "WorkById", map[string]any{"id": "work_00000000000000000000000000"}},
		{"A mistake", "Every fault has a code and names the field.", "Works", map[string]any{"first": 1000}},
	}
}

// question asks a shipped operation and decodes the answer.
func (s *running) question(operation string, variables map[string]any, into any) reply {
	s.t.Helper()
	vars, err := json.Marshal(variables)
	require.NoError(s.t, err)
	r := s.get(s.document(operation) + "&variables=" + url.QueryEscape(string(vars)))
	require.NoError(s.t, json.Unmarshal([]byte(r.body), into), r.body)
	return r
}

var (
	moment    = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"`)
	requestID = regexp.MustCompile(`"requestId": "[^"]*"`)
	stamp     = regexp.MustCompile(`"asOf": \d+`)
)

// TestExamples asks the examples of the API guide and holds the guide against
// the answers.
func TestExamples(t *testing.T) {
	s := begin(t, settings(t))
	var out bytes.Buffer
	out.WriteString("# Examples\n\nAsked of the sample library by a test, which holds this page against the answers.\n" +
		"The address of each is `/graphql?documentId=` and the id, with `&variables=` and the variables below, URL-encoded.\n")
	for _, e := range examples(s) {
		var answer any
		r := s.question(e.operation, e.variables, &answer)
		vars, err := json.MarshalIndent(e.variables, "", "  ")
		require.NoError(t, err)
		var body bytes.Buffer
		require.NoError(t, json.Indent(&body, []byte(r.body), "", "  "))
		text := moment.ReplaceAllString(body.String(), `"…"`)
		text = stamp.ReplaceAllString(requestID.ReplaceAllString(text, `"requestId": "…"`), `"asOf": 0`)
		id := strings.TrimPrefix(s.document(e.operation), "/graphql?documentId=")
		fmt.Fprintf(&out, "\n## %s\n\n%s\n\n`%s`, document `%s`\n\n```json\n%s\n```\n\n%d %s\n\n```json\n%s\n```\n",
			e.title, e.words, e.operation, id, vars, r.status, http.StatusText(r.status), text)
	}
	if *updateExamples {
		require.NoError(t, os.WriteFile(examplesFile, out.Bytes(), 0o600))
	}
	want, err := os.ReadFile(examplesFile)
	require.NoError(t, err)
	require.Equal(t, string(want), out.String(), "run: make generate, and review docs/api/examples.md")
}
