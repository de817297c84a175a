package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/pgtest"
)

const goodQuery = "query MyLanguages { languages { tag name } }\n"

func files(t *testing.T, list map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range list {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestDocumentsCheckNeedsNoDatabase(t *testing.T) {
	r := tercul(t, "documents", "check")
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.out, "WorkPage")

	dir := files(t, map[string]string{
		"good.graphql":     goodQuery,
		"bad.graphql":      "query Bad { nothing }",
		"nameless.graphql": "{ languages { tag } }",
	})
	r = tercul(t, "documents", "check", dir)
	require.Equal(t, exitRejected, r.code)
	require.Contains(t, r.out, document.ID(goodQuery)+"  ok  cost")
	require.Contains(t, r.err, "bad.graphql")
	require.Contains(t, r.err, "the operation has no name")
	require.Contains(t, r.err, "2 of 3 documents are not valid.")
	require.Equal(t, exitFailed, tercul(t, "documents", "check", filepath.Join(dir, "missing.graphql")).code)
}

func TestDocumentsLiveInTheDatabase(t *testing.T) {
	db := pgtest.Database(t)
	dir := files(t, map[string]string{"a.graphql": goodQuery, "bad.graphql": "query Bad { nothing }"})
	id := document.ID(goodQuery)

	r := on(t, db, "documents", "add", filepath.Join(dir, "a.graphql"), filepath.Join(dir, "bad.graphql"))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "nothing was registered: 1 of 2 documents are not valid")
	require.NotContains(t, on(t, db, "documents", "list").out, id)

	r = on(t, db, "documents", "add", filepath.Join(dir, "a.graphql"))
	require.Equal(t, exitOK, r.code, r.err)
	require.Equal(t, "MyLanguages  registered\n  id     sha256:"+id+"\n  cost   200 of 1000\n  fresh  24 h\n"+
		"  try    curl -s 'http://127.0.0.1:8080/graphql?documentId=sha256:"+id+"'\n", r.out)
	require.Contains(t, on(t, db, "documents", "add", filepath.Join(dir, "a.graphql")).out, "unchanged")
	require.Contains(t, on(t, db, "documents", "list").out, "sha256:"+id+"  ACTIVE")

	require.Equal(t, exitOK, on(t, db, "documents", "retire", id).code)
	require.Regexp(t, id+`  DEPRECATED .* MyLanguages \(until \d{4}`, on(t, db, "documents", "list").out)
	require.Contains(t, on(t, db, "documents", "add", filepath.Join(dir, "a.graphql")).out, "active again")
	require.Equal(t, exitOK, on(t, db, "documents", "retire", "sha256:"+id, "--block").code)
	r = on(t, db, "documents", "add", filepath.Join(dir, "a.graphql"))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "tercul documents retire --unblock "+id)
	require.Equal(t, exitOK, on(t, db, "documents", "retire", id, "--unblock").code)
	r = on(t, db, "documents", "retire", strings.Repeat("0", 64))
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "no such document is registered")
}

func TestDocumentsImportEveryManifest(t *testing.T) {
	db := pgtest.Database(t)
	relay, err := json.Marshal(map[string]string{
		"5d41402abc4b2a76b9719d911017c592": "query Hashed { licenses { id } }", document.ID(goodQuery): goodQuery, "5d41402abc4b2a76b9719d911017c593": "query Bad { nothing }",
	})
	require.NoError(t, err)
	dir := files(t, map[string]string{"relay.json": string(relay)})
	r := on(t, db, "documents", "import", filepath.Join(dir, "relay.json"))
	require.Equal(t, exitRejected, r.code)
	require.Contains(t, r.out, "5d41402abc4b2a76b9719d911017c592  registered    cost   20  fresh   24 h  Hashed")
	require.Contains(t, r.err, "rejected relay.json: 5d41402abc4b2a76b9719d911017c593")

	out := filepath.Join(dir, "apollo.json")
	r = on(t, db, "documents", "export", "--registered", "--out", out)
	require.Equal(t, exitOK, r.code, r.err)
	other := pgtest.Database(t)
	r = on(t, other, "documents", "import", out)
	require.Equal(t, exitOK, r.code, r.err)
	require.Contains(t, r.out, "5d41402abc4b2a76b9719d911017c592  registered    cost   20  fresh   24 h  Hashed")

	folder := filepath.Join(dir, "folder")
	require.Equal(t, exitOK, tercul(t, "documents", "export", "--format", "folder", "--out", folder).code)
	require.FileExists(t, filepath.Join(folder, "WorkPage.graphql"))
	r = tercul(t, "documents", "export", "--format", "relay")
	require.Equal(t, exitOK, r.code)
	var texts map[string]string
	require.NoError(t, json.Unmarshal([]byte(r.out), &texts))
	for id, text := range texts {
		require.Equal(t, document.ID(text), id)
	}
}

func TestDocumentsExample(t *testing.T) {
	db := pgtest.Database(t)
	r := on(t, db, "documents", "example")
	require.Equal(t, exitFailed, r.code)
	require.Contains(t, r.err, "the library is empty. Run: tercul import --sample")
	require.Equal(t, exitOK, on(t, db, "generate", "--works", "3").code)
	r = on(t, db, "documents", "example", "--base", "http://127.0.0.1:8080/")
	require.Equal(t, exitOK, r.code, r.err)
	require.Regexp(t, `^curl -s 'http://127\.0\.0\.1:8080/graphql\?documentId=sha256:[0-9a-f]{64}&variables=%7B%22slug%22:%22work-1-.*%22%7D'\n$`, r.out)
	require.Equal(t, exitOK, on(t, db, "import", "--sample").code)
	require.Contains(t, on(t, db, "documents", "example").out, "%22dante-inferno-01%22", "whatever is more popular")

	r = tercul(t, "documents", "example", "Languages")
	require.Equal(t, exitOK, r.code, r.err)
	require.NotContains(t, r.out, "variables")
	require.Contains(t, tercul(t, "documents", "example", "AuthorPage", "--variables", `{"slug":"x"}`).out, "variables=")
	require.Equal(t, exitUsage, tercul(t, "documents", "example", "AuthorPage", "--variables", `{`).code)
}

func TestRetirementGivesNotice(t *testing.T) {
	now := time.Date(2026, 1, 10, 15, 0, 0, 0, time.UTC)
	status, end, err := retirement(false, false, "", now)
	require.NoError(t, err)
	require.Equal(t, "DEPRECATED", status)
	require.Equal(t, "2026-02-10", end.Format(time.DateOnly))
	_, end, err = retirement(false, false, "2026-02-09", now)
	require.NoError(t, err)
	require.Equal(t, "2026-02-09", end.Format(time.DateOnly))
	_, _, err = retirement(false, false, "2026-02-08", now)
	require.Error(t, err)
}
