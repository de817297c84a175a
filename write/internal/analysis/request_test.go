package analysis_test

import (
	"context"
	"testing"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/writetest"
)

func TestRequestAnalysis(t *testing.T) {
	w := writetest.New(t)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "ORIGINAL", "it", dante)
	member := w.User(identity.Contributor)
	p := request(w, member, id.String())
	var j struct {
		ExpressionID            string `json:"expressionId"`
		Revision, Analyzer      int
		State                   string
		RequestedAt, FinishedAt *string
	}
	p.Ok().Into("job", &j)
	require.Equal(t, id.String(), j.ExpressionID)
	require.Equal(t, 1, j.Revision)
	require.Equal(t, "QUEUED", j.State)
	require.NotNil(t, j.RequestedAt)
	require.Nil(t, j.FinishedAt)
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE subject_id = $1 AND action = 'requestAnalysis'", id.UUID))

	require.Equal(t, "QUEUED", state(request(w, member, id.String())))
	require.Equal(t, []int{1}, jobs(w, id), "one that waits is not asked for twice")
	w.Exec("UPDATE jobs.river_job SET state = 'running'")
	require.Equal(t, "RUNNING", state(request(w, member, id.String())))
	w.Exec("UPDATE jobs.river_job SET state = 'retryable'")
	require.Equal(t, "QUEUED", state(request(w, member, id.String())))
	require.Equal(t, []int{1}, jobs(w, id))
	w.Exec("UPDATE jobs.river_job SET state = 'discarded', finalized_at = now()")
	require.Equal(t, "QUEUED", state(request(w, member, id.String())), "what was given up is tried again")
	require.Equal(t, []int{1, 1}, jobs(w, id))
	w.Exec("UPDATE jobs.river_job SET state = 'discarded', finalized_at = now()")
	found, err := analysis.Load(context.Background(), w.Tx, id.UUID)
	require.NoError(t, err)
	require.Equal(t, "FAILED", string(found.State))

	work(w, id, 1)
	w.Exec("DELETE FROM jobs.river_job")
	require.Equal(t, "DONE", state(request(w, member, id.String())))
	require.Empty(t, jobs(w, id))
}

func TestWhoMayRequestAnAnalysis(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "La Commedia")
	open, draft := w.PublishedText(work, "ORIGINAL", "it", dante), w.PublishedText(work, "TRANSLATION", "en", "Midway")
	translator := w.Claim(draft)
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", draft.UUID)
	const ask = "mutation($id: ID!) { requestAnalysis(input: {expressionId: $id}) { userErrors { code } } }"
	vars := map[string]any{"id": open.String()}
	require.Equal(t, string(apperr.Unauthenticated), w.Ask(nil, ask, vars).Code())
	require.Equal(t, string(apperr.Forbidden), w.Ask(w.User(identity.Reader), ask, vars).Code())
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer, identity.Editor, identity.Admin} {
		request(w, w.User(role), open.String()).Ok()
	}
	require.Equal(t, []string{"NOT_FOUND expressionId"}, request(w, w.User(identity.Contributor), draft.String()).Codes())
	require.Equal(t, []string{"NOT_FOUND expressionId"}, request(w, w.User(identity.Reviewer), draft.String()).Codes())
	request(w, translator, draft.String()).Ok()
	request(w, w.User(identity.Editor), draft.String()).Ok()
}

func TestWhatCannotBeAnalysed(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	require.Equal(t, []string{"INVALID expressionId"}, request(w, editor, work.String()).Codes())
	require.Equal(t, []string{"NOT_FOUND expressionId"}, request(w, editor, "expr_01h455vb4pex5vsknk084sn02q").Codes())
	require.Equal(t, []string{"INVALID_STATE expressionId"}, request(w, editor, w.PublishedText(work, "TRANSLATION", "en", "").String()).Codes(), "no text")
	w.Exec(`INSERT INTO core.languages (tag, iso639_3, script, direction, name_en) VALUES ('mul', 'mul', 'Latn', 'LTR', 'Several languages') ON CONFLICT DO NOTHING`)
	several := w.PublishedText(work, "TRANSLATION", "mul", "")
	setText(w, editor, several, 0, "Uno two drei")
	require.Empty(t, jobs(w, several))
	require.Equal(t, []string{"INVALID_STATE expressionId"}, request(w, editor, several.String()).Codes(), "no language")
	deleted := w.PublishedText(work, "TRANSLATION", "en", "Midway")
	w.Exec("UPDATE core.expressions SET deleted_at = now() WHERE id = $1", deleted.UUID)
	require.Equal(t, []string{"NOT_FOUND expressionId"}, request(w, editor, deleted.String()).Codes())
}

// TestWhatHasNoAnalysisIsFound: texts that were imported, and those whose words were
// weighed against too few.
func TestWhatHasNoAnalysisIsFound(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	imported := w.PublishedText(w.PublishedWork("it", "La Commedia"), "ORIGINAL", "it", dante)
	ids := corpus(w, editor, 12)
	w.Exec("DELETE FROM jobs.river_job")
	queue, err := job.NewQueue()
	require.NoError(t, err)
	catch := func() {
		w.Exec("DELETE FROM jobs.river_job WHERE state NOT IN ('discarded')")
		c := &analysis.Catcher{DB: w.Tx, Queue: queue}
		require.NoError(t, c.Work(context.Background(), &river.Job[analysis.CatchArgs]{}))
	}
	catch()
	require.Equal(t, []int{1}, jobs(w, imported))
	require.Equal(t, []int{1}, jobs(w, ids[0]))
	work(w, imported, 1)
	for _, id := range ids {
		work(w, id, 1)
	}
	catch()
	require.Empty(t, jobs(w, imported), "there is one text in Italian: nothing to weigh against")
	require.Equal(t, []int{1}, jobs(w, ids[0]), "weighed against one")
	require.Empty(t, jobs(w, ids[11]), "weighed against all")
	w.Exec("UPDATE jobs.river_job SET state = 'discarded', finalized_at = now() WHERE args ->> 'expression' = $1", ids[0].UUID.String())
	catch()
	require.Len(t, jobs(w, ids[0]), 1, "what failed for good is left alone")
	require.Equal(t, []int{1}, jobs(w, ids[1]))
}

// TestAnotherLanguageIsAnotherAnalysis: the rules are those of the declared language.
func TestAnotherLanguageIsAnotherAnalysis(t *testing.T) {
	w := writetest.New(t)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "fi", dante)
	work(w, id, 1)
	require.NotEmpty(t, view(w, id, 1).Reasons["LEXICAL_DENSITY"])
	require.Equal(t, "fi", writetest.One[string](w, "SELECT language FROM core.text_vocabularies"))
	w.Exec("UPDATE core.expressions SET language = 'it' WHERE id = $1", id.UUID)
	require.Equal(t, "QUEUED", state(request(w, w.User(identity.Contributor), id.String())))
	require.Equal(t, []int{1}, jobs(w, id))
	work(w, id, 1)
	require.NotNil(t, view(w, id, 1).Measures["LEXICAL_DENSITY"])
	require.Equal(t, "DONE", state(request(w, w.User(identity.Contributor), id.String())))
	require.Equal(t, "it", writetest.One[string](w, "SELECT language FROM core.text_vocabularies"))
	consistent(w)
}
