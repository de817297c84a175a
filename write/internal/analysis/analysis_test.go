package analysis_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/analysis/langid"
	"github.com/tercul/tercul/write/internal/analysis/measure"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const dante = "Nel mezzo del cammin di nostra vita\nmi ritrovai per una selva oscura,\nché la diritta via era smarrita.\n\n" +
	"Ahi quanto a dir qual era è cosa dura\nesta selva selvaggia e aspra e forte\nche nel pensier rinova la paura!"

func setText(w *writetest.World, a *identity.Actor, id publicid.ID, revision int, text string) {
	w.T.Helper()
	w.Change(a, "setText", "SetTextInput", "translation { version }",
		map[string]any{"expressionId": id.String(), "expectedRevision": revision, "plainText": text}).Ok()
}

func request(w *writetest.World, a *identity.Actor, id string) writetest.Payload {
	w.T.Helper()
	return w.Change(a, "requestAnalysis", "RequestAnalysisInput", "job { expressionId revision analyzer state requestedAt finishedAt }", map[string]any{"expressionId": id})
}

func state(p writetest.Payload) string {
	var j struct{ State string }
	p.Ok().Into("job", &j)
	return j.State
}

// jobs are the revisions of a text that jobs are waiting for.
func jobs(w *writetest.World, id publicid.ID) (revisions []int) {
	w.T.Helper()
	rows, err := w.Tx.Query(context.Background(), `SELECT (args ->> 'revision')::int FROM jobs.river_job
		WHERE kind = 'analyze_text' AND queue = 'background' AND args ->> 'expression' = $1 ORDER BY id`, id.UUID.String())
	require.NoError(w.T, err)
	revisions, err = pgx.CollectRows(rows, pgx.RowTo[int])
	require.NoError(w.T, err)
	return revisions
}

// work does a job as the writer does it.
func work(w *writetest.World, id publicid.ID, revision int) {
	w.T.Helper()
	require.NoError(w.T, tryWork(w, analysis.Of(id.UUID, revision)))
}

func tryWork(w *writetest.World, a analysis.Args) error {
	worker := &analysis.Worker{DB: w.Tx, Languages: langid.New()}
	return worker.Work(context.Background(), &river.Job[analysis.Args]{Args: a})
}

type seen struct {
	Detected string
	Coverage float64
	Measures map[string]*float64
	Reasons  map[string]string
	Keywords []struct {
		Term      string
		Score     *float64
		Frequency *int
	}
	Stanzas []struct {
		Lines  int
		Scheme *string
	}
}

// view is what readers see of an analysis; nil for nothing.
func view(w *writetest.World, id publicid.ID, revision int) *seen {
	w.T.Helper()
	var detected *string
	var s seen
	var measures, keywords, stanzas []byte
	err := w.Tx.QueryRow(context.Background(), `SELECT detected_language, coverage, measures, keywords, stanzas FROM view.text_analysis
		WHERE expression_id = $1 AND revision = $2`, id.UUID, revision).Scan(&detected, &s.Coverage, &measures, &keywords, &stanzas)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	require.NoError(w.T, err)
	if detected != nil {
		s.Detected = *detected
	}
	var list []measure.Measure
	require.NoError(w.T, json.Unmarshal(measures, &list))
	s.Measures, s.Reasons = map[string]*float64{}, map[string]string{}
	for _, m := range list {
		s.Measures[string(m.Name)] = m.Value
		if m.Reason != nil {
			s.Reasons[string(m.Name)] = *m.Reason
		}
	}
	require.NoError(w.T, json.Unmarshal(keywords, &s.Keywords))
	require.NoError(w.T, json.Unmarshal(stanzas, &s.Stanzas))
	return &s
}

func TestATextIsAnalysedWithEachRevision(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "ORIGINAL", "it", "")
	setText(w, editor, id, 0, dante)
	require.Equal(t, []int{1}, jobs(w, id), "enqueued with the text")
	require.Nil(t, view(w, id, 1))
	work(w, id, 1)
	one := view(w, id, 1)
	require.Equal(t, "it", one.Detected)
	require.Equal(t, 6.0, *one.Measures["LINES"])
	require.Equal(t, 2.0, *one.Measures["STANZAS"])
	require.InDelta(t, 1, one.Coverage, 0)
	require.Len(t, one.Measures, 22, "every measure is there")
	require.Nil(t, one.Measures["SENTIMENT"])
	require.NotEmpty(t, one.Reasons["SENTIMENT"])
	require.Contains(t, one.Reasons["KEYWORDS"], "fewer than 10 texts")
	require.Equal(t, "A-A", *one.Stanzas[0].Scheme)
	require.True(t, writetest.One[bool](w, "SELECT EXISTS (SELECT FROM ops.outbox WHERE 'analysis:' || $1 = ANY (tags))", id.String()))

	setText(w, editor, id, 1, dante+"\n\nTant’ è amara che poco è più morte;")
	require.Equal(t, []int{1, 2}, jobs(w, id))
	require.Nil(t, view(w, id, 2))
	work(w, id, 2)
	require.Equal(t, 7.0, *view(w, id, 2).Measures["LINES"])
	require.Equal(t, one, view(w, id, 1), "the old one stays for its revision")

	w.Change(editor, "revertText", "RevertTextInput", "translation { version }",
		map[string]any{"expressionId": id.String(), "toRevision": 1, "expectedRevision": 2}).Ok()
	require.Equal(t, []int{1, 2, 3}, jobs(w, id))
	work(w, id, 3)
	require.Equal(t, one, view(w, id, 3))
	consistent(w)
}

func TestTheSameTextIsNotAnalysedTwice(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "ORIGINAL", "it", "")
	setText(w, editor, id, 0, dante)
	setText(w, editor, id, 1, dante)
	require.Equal(t, []int{1}, jobs(w, id))
	work(w, id, 1)
	made := writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox")
	work(w, id, 1)
	require.Equal(t, made, writetest.One[int](w, "SELECT count(*)::int FROM ops.outbox"), "a job may run twice")
	old := analysis.Of(id.UUID, 1)
	old.Analyzer--
	require.NoError(t, tryWork(w, old), "another version's job is left to it")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM core.text_analyses"))
	require.ErrorContains(t, tryWork(w, analysis.Of(id.UUID, 7)), "no revision 7")
	require.ErrorContains(t, tryWork(w, analysis.Of(uuid.New(), 1)), "no revision 1")
}

func TestADraftIsAnalysedAndNotSeen(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "")
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", id.UUID)
	setText(w, editor, id, 0, "Midway upon the journey of our life")
	w.Exec("DELETE FROM jobs.river_job")
	work(w, id, 1)
	require.Nil(t, view(w, id, 1))
	version := writetest.One[int](w, "SELECT version FROM core.expressions WHERE id = $1", id.UUID)
	w.Change(editor, "publishTranslation", "PublishTranslationInput", "translation { version }", map[string]any{"id": id.String(), "expectedVersion": version}).Ok()
	require.Equal(t, []int{1}, jobs(w, id), "publishing asks too, for texts that came before there were analyses")
	require.NotNil(t, view(w, id, 1))
}

// corpus makes texts of which each has a word of its own.
func corpus(w *writetest.World, editor *identity.Actor, n int) (ids []publicid.ID) {
	work := w.PublishedWork("it", "Rime")
	for i := range n {
		id := w.PublishedText(work, "TRANSLATION", "en", "")
		setText(w, editor, id, 0, fmt.Sprintf("the moon and the stars\nthe word%c shines", 'a'+i))
		ids = append(ids, id)
	}
	return ids
}

func TestKeywordsAreWeighedAgainstTheLibrary(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	ids := corpus(w, editor, 12)
	for _, id := range ids {
		work(w, id, 1)
	}
	require.Contains(t, view(w, ids[0], 1).Reasons["KEYWORDS"], "fewer than 10")
	last := view(w, ids[11], 1)
	require.Equal(t, 12.0, *last.Measures["KEYWORDS"])
	require.Equal(t, "wordl", last.Keywords[0].Term, "the word that is its own")
	require.Len(t, last.Keywords, 1, "words that all texts have tell nothing, and function words are none")
	require.Equal(t, 1, *last.Keywords[0].Frequency)
	consistent(w)

	work(w, ids[0], 1)
	require.Equal(t, "worda", view(w, ids[0], 1).Keywords[0].Term, "there are enough to weigh against by now")

	setText(w, editor, ids[3], 1, "the sun, wordl and the stars")
	work(w, ids[3], 2)
	require.Equal(t, 2, writetest.One[int](w, "SELECT documents FROM core.term_documents WHERE language = 'en' AND term = 'wordl'"))
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM core.term_documents WHERE term = 'wordd'"), "a word that is in no text any more")
	w.Exec("DELETE FROM core.text_analyses WHERE expression_id = $1 AND revision = 1", ids[3].UUID)
	work(w, ids[3], 1)
	require.Equal(t, "wordd", view(w, ids[3], 1).Keywords[0].Term)
	require.Equal(t, 2, writetest.One[int](w, "SELECT revision FROM core.text_vocabularies WHERE expression_id = $1", ids[3].UUID), "an older revision is not counted")
	consistent(w)
}

// consistent tells that words are counted as texts have them.
func consistent(w *writetest.World) {
	w.T.Helper()
	require.Equal(w.T, 0, writetest.One[int](w, `SELECT count(*)::int FROM core.term_documents d
		FULL JOIN (SELECT v.language, t.term COLLATE "C" AS term, count(*) AS n FROM core.text_vocabularies v, unnest(v.terms) t (term) GROUP BY 1, 2) c USING (language, term)
		WHERE d.documents IS DISTINCT FROM c.n`))
}

// TestOfAClosedTextOnlyKeywordsAreTold: a tenth of its different words, ten at most,
// and nothing of its stanzas.
func TestOfAClosedTextOnlyKeywordsAreTold(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	for _, id := range corpus(w, editor, 10) {
		work(w, id, 1)
	}
	var words []string
	for i := range 60 {
		words = append(words, fmt.Sprintf("rare%c%c", 'a'+i/26, 'a'+i%26))
	}
	id := w.PublishedText(w.PublishedWork("en", "Rare"), "ORIGINAL", "en", "")
	setText(w, editor, id, 0, strings.Join(words, "\n"))
	work(w, id, 1)
	open := view(w, id, 1)
	require.Len(t, open.Keywords, 20)
	require.NotEmpty(t, open.Stanzas)
	w.Exec("UPDATE core.rights SET status = 'IN_COPYRIGHT' WHERE subject_id = $1", id.UUID)
	closed := view(w, id, 1)
	require.Len(t, closed.Keywords, 6, "a tenth of 60")
	for i, k := range closed.Keywords {
		require.Equal(t, open.Keywords[i].Term, k.Term)
		require.Nil(t, k.Score)
		require.Nil(t, k.Frequency)
	}
	require.Empty(t, closed.Stanzas)
	require.Equal(t, open.Measures, closed.Measures)
	require.True(t, writetest.One[bool](w, "SELECT 'analysis:' || $1 = ANY (tags) FROM ops.outbox WHERE tags @> ARRAY['list:expr'] ORDER BY id DESC LIMIT 1", id.String()))
}

func TestTextsWithoutWordsOrScripts(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	poem := w.PublishedWork("zh", "靜夜思")
	for lang, text := range map[string]string{"zh": "床前明月光，\n疑是地上霜。", "en": "🌹🌹\n…", "ja": "古池や\n蛙飛びこむ\n水の音"} {
		id := w.PublishedText(poem, "TRANSLATION", lang, "")
		setText(w, editor, id, 0, text)
		work(w, id, 1)
		s := view(w, id, 1)
		require.NotEmpty(t, s.Reasons["KEYWORDS"], lang)
		require.NotEmpty(t, s.Reasons["MATTR"], lang)
		require.Empty(t, s.Keywords)
	}
	require.Equal(t, 0, writetest.One[int](w, "SELECT count(*)::int FROM core.text_vocabularies"))
}
