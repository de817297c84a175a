package importer

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	tsql "github.com/tercul/tercul/sql"
)

// The sample library must go in without a word, and show what it is for.
func TestTheSampleLibrary(t *testing.T) {
	b := newBase(t)
	files, err := fs.Sub(tsql.Sample, "sample")
	require.NoError(t, err)
	r, err := Run(t.Context(), b.conn, Options{Files: files, Name: "sample"})
	require.NoError(t, err)
	require.Empty(t, texts(r.Problems))
	b.verified()
	require.Equal(t, "true", b.one(`SELECT count(*) >= 100 FROM view.work`))
	require.Equal(t, "RESTRICTED|OPEN", b.one(`SELECT w.rights_class || '|' || e.rights_class FROM view.work w JOIN view.expression e ON e.id = w.original_id
		WHERE w.slug = 'garcia-marquez-cien-anos-de-soledad'`), "the novel is protected, the synopsis of it is not")
	require.Equal(t, "true", b.one(`SELECT count(*) FILTER (WHERE is_author) >= 60 FROM view.person`))
	again, err := Run(t.Context(), b.conn, Options{Files: files, Name: "sample"})
	require.NoError(t, err)
	require.False(t, again.Changed)
}

// corpus is the folder of a large real library, kept beside the repository.
const corpus = "../../../../shared/data"

// TestARealLibrary imports all of it, or under the race detector what is by Dante.
func TestARealLibrary(t *testing.T) {
	if testing.Short() {
		t.Skip("short: imports a large library")
	}
	if _, err := os.Stat(corpus + "/works.jsonl"); err != nil {
		t.Skip("the large library is not here: it is no part of the repository")
	}
	b := newBase(t)
	files := os.DirFS(corpus)
	if underRace {
		files = byDante(t)
	}
	began := time.Now()
	r, err := Run(t.Context(), b.conn, Options{Files: files, Name: "a real library"})
	require.NoError(t, err)
	t.Logf("imported in %s", time.Since(began).Round(100*time.Millisecond))
	require.Empty(t, texts(r.Problems))
	b.verified()
	if !underRace {
		require.Equal(t, "1559|4814", b.one(`SELECT count(*) || '|' || sum(translation_count) FROM view.work`))
		require.Equal(t, "138", b.one(`SELECT count(DISTINCT language) FROM view.expression WHERE kind = 'TRANSLATION'`))
		require.Equal(t, "24", b.one(`SELECT count(DISTINCT original_language) FROM view.work`))
		require.Equal(t, "425654", b.one(`SELECT count(*) FROM core.text_lines`))
		require.Equal(t, "2509", b.one(`SELECT count(*) FROM core.alignments WHERE status = 'APPROVED'`))
	}
	require.Equal(t, []string{"1.1 Nel mezzo del cammin di nostra vita", "1.2 mi ritrovai per una selva oscura,"}, b.list(`SELECT l.ref || ' ' || l.content
		FROM view.text_line l JOIN view.expression e ON e.id = l.expression_id WHERE e.work_slug = 'dante-inferno-01' AND e.slug = 'it.original' AND l.seq < 3 ORDER BY seq`))
	require.Equal(t, []string{"en.carlyle", "en.cary", "en.longfellow", "en.norton", "grc.pasha", "la.serravalle"},
		b.list(`SELECT slug FROM view.expression WHERE work_slug = 'dante-inferno-01' AND kind = 'TRANSLATION' ORDER BY 1`))
	require.Equal(t, "3", b.one(`SELECT aligned_count FROM view.expression WHERE work_slug = 'dante-inferno-01' AND kind = 'ORIGINAL'`))

	before := b.one("SELECT count(*) FROM ops.outbox")
	again, err := Run(t.Context(), b.conn, Options{Files: files, Name: "a real library"})
	require.NoError(t, err)
	require.False(t, again.Changed)
	require.Equal(t, before, b.one("SELECT count(*) FROM ops.outbox"))
}

// byDante is the part of the large library whose ids begin with dante.
func byDante(t *testing.T) fs.FS {
	t.Helper()
	l := library{}
	for _, name := range []string{"authors.jsonl", "works.jsonl", "translations.jsonl"} {
		data, err := os.ReadFile(corpus + "/" + name)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, `{"id":"dante-`) {
				l[name] = append(l[name], strings.TrimSpace(line))
			}
		}
	}
	require.Len(t, l["works.jsonl"], 100)
	return l.fs()
}
