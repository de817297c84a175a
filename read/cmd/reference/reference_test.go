package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	heading = regexp.MustCompile(`(?m)^## (\w+)$`)
	target  = regexp.MustCompile(`\]\((?:(\w+)\.md)?#(\w+)\)`)
)

// Every link within the pages leads to a heading, and no heading is there twice.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	headings := map[string]bool{}
	for name, page := range pages {
		for _, found := range heading.FindAllStringSubmatch(string(page), -1) {
			at := strings.TrimSuffix(name, ".md") + "#" + strings.ToLower(found[1])
			assert.False(t, headings[at], "%s is there twice", at)
			headings[at] = true
		}
	}
	for name, page := range pages {
		for _, link := range target.FindAllStringSubmatch(string(page), -1) {
			to := link[1]
			if to == "" {
				to = strings.TrimSuffix(name, ".md")
			}
			assert.True(t, headings[to+"#"+link[2]], "%s leads to %s.md#%s", name, to, link[2])
		}
	}
	assert.Greater(t, len(headings), 100)
}

// The pages that are kept are those that the code makes.
func TestThePagesAreCurrent(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	for name, page := range pages {
		kept, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "api", "reference", name))
		require.NoError(t, err)
		require.Equal(t, string(page), string(kept), "%s: run make generate", name)
	}
}

func TestAQueryIsToldWhole(t *testing.T) {
	pages, err := render()
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(pages["queries.md"]), "\n## works\n")
	require.True(t, found)
	section, _, _ := strings.Cut(rest, "\n## ")
	for _, want := range []string{
		"The works of the library.",
		"Answers [`WorkConnection!`](objects.md#workconnection).",
		"| `first` | [`Int!`](scalars.md#int) | `20` | How many, 1 to 100. |",
		"Fresh for 1 min, then given for 1 min while it is renewed. Its cost counts as often as `first` says, 100 times at most.",
		"Cache tags: `list:work`.",
	} {
		assert.Contains(t, section, want)
	}
	assert.Contains(t, string(pages["objects.md"]), "Fresh for 30 s,")
	assert.NotContains(t, string(pages["scalars.md"]), "__")
}
