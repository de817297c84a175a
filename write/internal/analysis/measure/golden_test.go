package measure_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

var update = flag.Bool("update", false, "write the golden reports anew")

// analyse reads a text whose first line says its language and the kind of its lines.
func analyse(text string) *measure.Report {
	head, body, _ := strings.Cut(text, "\n")
	tag, kind, _ := strings.Cut(head, " ")
	a, gap := measure.New(tag), false
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n") {
		if line == "" {
			gap = true
			continue
		}
		a.Add(measure.Line{Kind: kind, Content: line, StanzaStart: gap})
		gap = false
	}
	return a.Report()
}

// TestGoldenReports holds the reports of old texts in several scripts against those
// that were worked through.
func TestGoldenReports(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.Greater(t, len(files), 8)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			r := analyse(string(text))
			got, err := json.MarshalIndent(map[string]any{"measures": r.Measures, "stanzas": r.Stanzas, "terms": r.Terms[:min(5, len(r.Terms))], "coverage": r.Coverage}, "", " ")
			require.NoError(t, err)
			golden := strings.TrimSuffix(file, ".txt") + ".json"
			if *update {
				require.NoError(t, os.WriteFile(golden, append(got, '\n'), 0o600))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.JSONEq(t, string(want), string(got), "run: go test ./internal/analysis/measure -run Golden -update, and review; a change needs another measure.Version")
		})
	}
}
