package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/policy"
)

var (
	heading = regexp.MustCompile(`(?m)^##+ (\w+)$`)
	target  = regexp.MustCompile(`\]\((?:([\w./-]+)\.md)?(?:#(\w+))?\)`)
)

// Every link leads to a page, and to a heading of it where it names one.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	headings := map[string]bool{}
	for name, page := range pages {
		for _, found := range heading.FindAllStringSubmatch(string(page), -1) {
			at := strings.TrimSuffix(name, ".md") + "#" + strings.ToLower(found[1])
			require.False(t, headings[at], "%s is there twice", at)
			headings[at] = true
		}
	}
	for name, page := range pages {
		for _, link := range target.FindAllStringSubmatch(string(page), -1) {
			to := path.Join(path.Dir(name), link[1])
			if link[1] == "" {
				to = strings.TrimSuffix(name, ".md")
			}
			text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "api", to+".md"))
			require.NoError(t, err, "%s leads to %s.md", name, to)
			for _, found := range heading.FindAllStringSubmatch(string(text), -1) {
				headings[to+"#"+strings.ToLower(found[1])] = true
			}
			require.True(t, link[2] == "" || headings[to+"#"+link[2]], "%s leads to %s.md#%s", name, to, link[2])
		}
	}
	for _, o := range policy.All() {
		require.True(t, headings["operations#"+strings.ToLower(o.Name)], o.Name)
	}
}

func TestAnOperationIsToldWhole(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	section := func(name string) string {
		_, rest, found := strings.Cut(string(pages["operations.md"]), "\n### "+name+"\n")
		require.True(t, found, name)
		text, _, _ := strings.Cut(rest, "\n### ")
		return text
	}
	for _, want := range []string{
		"`login(input: LoginInput!): SessionPayload!`", "- who: everybody\n", "- credentials that are not accepted do not stand in its way",
		"- limits: `login` 5 in 15 minutes, by account named, strict; `login-address` 20 in 15 minutes, by address, strict\n", "`INVALID_CREDENTIALS`",
	} {
		require.Contains(t, section("login"), want)
	}
	for _, want := range []string{"- who: EDITOR; of the object: an admin, or an editor while nothing is translated\n", "- sensitive\n", "`STALE_VERSION`"} {
		require.Contains(t, section("deleteWork"), want)
	}
	require.Contains(t, section("createTranslation"), "- sensitive when it opens what was not open\n- repeatable by `Idempotency-Key`\n- body: 20 MiB at most\n")
	require.Contains(t, string(pages["operations.md"]), "- `requests` 1,000 an hour, by caller\n")
}

// The pages that are kept are those that the code makes.
func TestThePagesAreCurrent(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	for name, page := range pages {
		kept, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "api", filepath.FromSlash(name)))
		require.NoError(t, err)
		require.Equal(t, string(page), string(kept), "%s: run make generate", name)
	}
}

func TestAnInputIsToldWhole(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(pages["reference/write-inputs.md"]), "\n## CreateWorkInput\n")
	require.True(t, found)
	section, _, _ := strings.Cut(rest, "\n## ")
	for _, want := range []string{
		"| `literatureType` | [`LiteratureType!`](write-enums.md#literaturetype) | What kind of literature it is. |",
		"| `titles` | [`[TitleInput!]!`](write-inputs.md#titleinput) | 1 to 20 titles, with one PRIMARY in each language that has one.<br>Held to: 1 to 20 items. |",
		"What it is, in a few words.<br>Held to: at most 5000 characters, with line breaks or without. |",
		"<br>Left out, it is `[]`.<br>Held to: at most 30 items, each once; each: an id of the kind `TAG`. |",
	} {
		require.Contains(t, section, want)
	}
	require.Contains(t, string(pages["reference/write-objects.md"]), "One of [`Author`](#author), [`Category`](#category), [`Tag`](#tag), [`Translation`](#translation), [`Work`](#work).")
	require.Contains(t, string(pages["operations.md"]), "Takes [`CreateWorkInput!`](reference/write-inputs.md#createworkinput); answers [`WorkPayload!`](reference/write-objects.md#workpayload).")
}

func TestEveryErrorIsTold(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	for _, c := range apperr.Codes() {
		require.Contains(t, string(pages["errors.md"]), "| `"+string(c)+"` | ")
	}
	for _, c := range apperr.UserCodes() {
		require.Contains(t, string(pages["errors.md"]), "| `"+string(c)+"` | ")
	}
	require.Contains(t, string(pages["errors.md"]), "| `RATE_LIMITED` | read, write | 429 | yes | There were too many requests;")
}
