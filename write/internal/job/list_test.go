package job_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const jobsText = `query($filter: JobFilter, $first: Int, $after: String) { jobs(filter: $filter, first: $first, after: $after) {
	nodes { id kind state attempt maxAttempts progress { done total step } lastError { at attempt message } createdAt scheduledAt attemptedAt finalizedAt }
	pageInfo { hasNextPage endCursor } } }`

type shown struct {
	Kind, State          string
	Attempt, MaxAttempts int
	Progress             *struct {
		Done, Total int
		Step        string
	}
	LastError *struct {
		Attempt int
		Message string
	}
	FinalizedAt *string
}

func jobs(w *writetest.World, admin *identity.Actor, variables in) (found []shown, end string) {
	w.T.Helper()
	a := w.Ask(admin, jobsText, variables)
	require.Empty(w.T, a.Errors)
	require.NotContains(w.T, string(a.Data["jobs"]), "ada@example.org")
	var l struct {
		Nodes    []shown
		PageInfo struct {
			HasNextPage bool
			EndCursor   *string
		}
	}
	require.NoError(w.T, json.Unmarshal(a.Data["jobs"], &l))
	if l.PageInfo.HasNextPage {
		end = *l.PageInfo.EndCursor
	}
	return l.Nodes, end
}

// put is a job in some state whose arguments nobody is to see.
func put(w *writetest.World, kind, state string, errors ...string) {
	list := make([]string, len(errors))
	for i, e := range errors {
		text, err := json.Marshal(map[string]any{"at": "2026-01-01T00:00:00Z", "attempt": i + 1, "error": e, "trace": "secret trace"})
		require.NoError(w.T, err)
		list[i] = string(text)
	}
	w.Exec(`INSERT INTO jobs.river_job (args, kind, state, attempt, max_attempts, errors, queue, finalized_at, attempted_at)
		VALUES ('{"email": "ada@example.org"}', $1, $2::text::jobs.river_job_state, $3, 15, $4::text[]::jsonb[], 'default',
			CASE WHEN $2 IN ('completed', 'cancelled', 'discarded') THEN now() END, now())`, kind, state, len(errors), list)
}

func TestJobsAreShownWithoutSecrets(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	put(w, "account_mail", "discarded", "the first", `550 no such user <ada@example.org>; reset trc_p_`+strings.Repeat("A", 43)+
		` by postgres://u:geheim@db/x?password=hush, token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln `+strings.Repeat("é", 600))
	found, _ := jobs(w, admin, nil)
	require.Len(t, found, 1)
	j := found[0]
	require.Equal(t, "DISCARDED", j.State)
	require.Equal(t, []int{2, 15}, []int{j.Attempt, j.MaxAttempts})
	require.NotNil(t, j.FinalizedAt)
	require.Equal(t, 2, j.LastError.Attempt, "the last one")
	require.True(t, strings.HasPrefix(j.LastError.Message, "550 no such user <…>; reset … by postgres://u:… token … "), j.LastError.Message)
	require.Len(t, []rune(j.LastError.Message), 500)
	for _, secret := range []string{"ada@", "trc_p_", "geheim", "hush", "eyJ", "trace"} {
		require.NotContains(t, j.LastError.Message, secret)
	}
}

func TestJobsFiltered(t *testing.T) {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	admin := w.User(identity.Admin)
	for _, j := range [][2]string{{"a", "available"}, {"b", "discarded"}, {"a", "retryable"}, {"b", "completed"}, {"a", "discarded"}} {
		put(w, j[0], j[1])
	}
	w.Exec(`UPDATE jobs.river_job SET metadata = '{"progress": {"done": 1, "total": 3, "step": "work"}}' WHERE state = 'retryable'`)
	for name, c := range map[string]struct {
		filter in
		want   string
	}{
		"all":             {nil, "a DISCARDED, b COMPLETED, a RETRYABLE, b DISCARDED, a AVAILABLE"},
		"given up":        {in{"states": []string{"DISCARDED"}}, "a DISCARDED, b DISCARDED"},
		"states":          {in{"states": []string{"AVAILABLE", "RETRYABLE"}}, "a RETRYABLE, a AVAILABLE"},
		"kind":            {in{"kind": "b"}, "b COMPLETED, b DISCARDED"},
		"both":            {in{"kind": "b", "states": []string{"DISCARDED"}}, "b DISCARDED"},
		"nothing is that": {in{"kind": "c"}, ""},
	} {
		for _, size := range []int{1, 2, 100} {
			var all []string
			for after := ""; ; {
				found, end := jobs(w, admin, in{"filter": c.filter, "first": size, "after": after})
				for _, j := range found {
					all = append(all, j.Kind+" "+j.State)
					require.Nil(t, j.LastError)
					require.Equal(t, j.State == "RETRYABLE", j.Progress != nil)
				}
				if after = end; end == "" {
					break
				}
			}
			require.Equal(t, c.want, strings.Join(all, ", "), "%s, %d a page", name, size)
		}
	}
}

func TestAdminsAloneSeeJobs(t *testing.T) {
	w := writetest.New(t)
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, jobsText, nil).Code())
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer, identity.Editor} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), jobsText, nil).Code())
	}
	require.Equal(t, "BAD_REQUEST", w.Ask(w.User(identity.Admin), jobsText, in{"after": "x"}).Code())
}
