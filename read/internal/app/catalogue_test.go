package app

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/libtest"
)

// empty is an answer that shows nothing of what an operation is for.
var empty = regexp.MustCompile(`^\{"[a-zA-Z]+":(null|\[\]|\[null.*\]|\{"(nodes|edges|rows)":\[\].*\})\}$`)

// TestEveryExampleOfTheCatalogueWorks asks each shipped document what the catalogue
// says to try it by, of the sample library.
func TestEveryExampleOfTheCatalogueWorks(t *testing.T) {
	env := settings(t)
	libtest.Tercul(t, env["TERCUL_DATABASE_URL"], "migrate", "up") // enters the shipped documents
	s := begin(t, env)
	var catalogue struct {
		Data struct {
			Operations struct {
				Nodes []struct{ ID, Name, Example string }
			}
		}
	}
	s.question("Operations", map[string]any{"first": 100}, &catalogue)
	files, err := read.Operations.ReadDir("operations")
	require.NoError(t, err)
	require.Len(t, catalogue.Data.Operations.Nodes, len(files))
	for _, o := range catalogue.Data.Operations.Nodes {
		require.True(t, strings.HasPrefix(o.Example, "{"), "%s has no example in read/examples.json", o.Name)
		r := s.get("/graphql?documentId=" + o.ID + "&variables=" + url.QueryEscape(o.Example))
		require.Equal(t, 200, r.status, "%s: %s", o.Name, r.body)
		var answer struct {
			Data   json.RawMessage
			Errors []any
		}
		require.NoError(t, json.Unmarshal([]byte(r.body), &answer))
		require.Empty(t, answer.Errors, o.Name)
		if o.Name == "Analysis" { // made by the jobs of a writer, of which there is none here
			require.JSONEq(t, `{"analysis": null}`, string(answer.Data))
			continue
		}
		require.NotRegexp(t, empty, string(answer.Data), o.Name)
	}
	var declared map[string]any
	require.NoError(t, json.Unmarshal(read.Examples, &declared))
	require.Len(t, declared, len(files), "an example of what is not shipped")
}

// TestCitationsLinkToTheSite: what is cited can be opened, where the operator says how.
func TestCitationsLinkToTheSite(t *testing.T) {
	env := settings(t, "TERCUL_READ_PUBLIC_URL", "https://example.org/id/")
	s := begin(t, env)
	var found struct {
		Data struct {
			Passage  struct{ Translation struct{ ID string } }
			Citation struct{ Text string }
		}
	}
	s.question("Passage", map[string]any{"ref": slug + "/en.verse:1.1"}, &found)
	id := found.Data.Passage.Translation.ID
	for _, format := range []string{"CSL_JSON", "BIBTEX", "RIS", "APA", "MLA", "CHICAGO"} {
		s.question("Citation", map[string]any{"subjectId": id, "format": format}, &found)
		require.Contains(t, found.Data.Citation.Text, "https://example.org/id/"+id, format)
		require.NotContains(t, found.Data.Citation.Text, "tercul:", format)
	}
	for _, wrong := range []string{"example.org", "https://example.org/?id=", "https://example.org/#", "https://u@example.org", "https://example.org/{}"} {
		env["TERCUL_READ_PUBLIC_URL"] = wrong
		_, err := LoadConfig(env)
		require.ErrorContains(t, err, "TERCUL_READ_PUBLIC_URL", wrong)
	}
}
