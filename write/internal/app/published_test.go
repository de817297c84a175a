package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

// readers builds the read service and runs one over the same database and Redis.
func readers(t testing.TB, database, redis string) (address string) {
	t.Helper()
	return reads(t, readerProgram(t), "TERCUL_DATABASE_URL="+database, "TERCUL_REDIS_URL="+redis)
}

// readerProgram builds the read service.
func readerProgram(t testing.TB) (bin string) {
	t.Helper()
	bin = filepath.Join(t.TempDir(), "reader")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", bin, "./cmd/reader") //nolint:gosec // our own program
	build.Dir, build.Env = "../../../read", append(os.Environ(), "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return bin
}

// reads runs a reader.
func reads(t testing.TB, bin string, env ...string) (address string) {
	t.Helper()
	address = freeAddr(t)
	ctx, stop := context.WithCancel(context.Background())
	reader, log := exec.CommandContext(ctx, bin), &bytes.Buffer{}
	reader.Env = slices.Concat(env, []string{"TERCUL_READ_ADDR=" + address, "TERCUL_DOCUMENTS=any", "TERCUL_READ_DRAIN=0s"})
	reader.Stdout, reader.Stderr = log, log
	reader.Cancel = func() error { return reader.Process.Signal(os.Interrupt) }
	require.NoError(t, reader.Start())
	t.Cleanup(func() {
		stop()
		_ = reader.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	require.Eventually(t, func() bool {
		r, err := http.Get("http://" + address + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, time.Minute, 20*time.Millisecond)
	return address
}

// public asks the reader as anybody does, by a GET that may be answered from a cache.
func public(t testing.TB, address, query string) string {
	t.Helper()
	r, err := http.Get("http://" + address + "/graphql?query=" + url.QueryEscape(query))
	require.NoError(t, err)
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	var answer struct{ Data, Errors json.RawMessage }
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	require.Empty(t, answer.Errors)
	return string(answer.Data)
}

// change runs a mutation in which nothing may be wrong, and gives its payload.
func (c *caller) change(name, selection string, input map[string]any) map[string]any {
	c.t.Helper()
	r := c.attempt(name, selection, input)
	require.Empty(c.t, r.code, "%s: %s", name, r.message)
	require.Empty(c.t, r.data[name]["userErrors"], name)
	return r.data[name]
}

func (c *caller) attempt(name, selection string, input map[string]any) reply {
	c.t.Helper()
	text := "mutation($in: " + strings.ToUpper(name[:1]) + name[1:] + "Input!) { " + name + "(input: $in) { " + selection + " userErrors { code field params { name value } } } }"
	return c.do(text, map[string]any{"in": input})
}

func in(payload map[string]any, path ...string) any {
	var at any = payload
	for _, name := range path {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	return at
}

// join registers and confirms the address.
func (s *site) join(name string) {
	s.t.Helper()
	p, seen := s.program(), s.letters()
	p.change("register", "ok", map[string]any{"username": name, "email": name + "@example.org", "password": goodPassword})
	r := p.do(`mutation($t: String!) { verifyEmail(input: {token: $t}) { userErrors { code } } }`, map[string]any{"t": s.letter(seen)})
	require.Empty(s.t, r.code)
	require.Empty(s.t, r.faults("verifyEmail"))
}

// published makes a work with its text that everybody may read.
func (c *caller) published(author any, language, title string) (id string) {
	c.t.Helper()
	made := c.change("createWork", "work { id }", map[string]any{
		"originalLanguage": language, "literatureType": "POETRY", "titles": []any{map[string]any{"language": language, "title": title}},
		"contributors": []any{map[string]any{"personId": author}}, "text": "Nel mezzo del cammin di nostra vita\nmi ritrovai per una selva oscura",
	})
	id, _ = in(made, "work", "id").(string)
	c.change("setRights", "rights { status }", map[string]any{"subjectId": id, "rights": map[string]any{"status": "PUBLIC_DOMAIN", "basis": "The author died in 1321.", "evidenceUrl": "https://example.org/"}})
	c.change("publishWork", "work { id }", map[string]any{"id": id, "expectedVersion": 1})
	return id
}

// The way of a translation from a stranger's registration to what everybody reads: it
// is proposed, sent back, mended, approved, applied and published, and the public
// service shows each step that is public and none that is not. What was made of an
// earlier version is refused, and what is merged leads on.
func TestATranslationFromItsProposalToItsReaders(t *testing.T) {
	if testing.Short() {
		t.Skip("needs servers: -short")
	}
	redis := pgtest.RedisURL(t)
	s := beginWith(t, map[string]string{"TERCUL_REDIS_URL": redis})
	for name, role := range map[string]identity.Role{"root": identity.Admin, "eve": identity.Editor, "rev": identity.Reviewer} {
		s.account(name, role)
	}
	read := readers(t, s.url, redis)
	root, editor := s.as("root"), s.as("eve")
	shown := func(query, want string) {
		t.Helper()
		var got string
		require.Eventually(t, func() bool { got = public(t, read, query); return strings.Contains(got, want) }, 20*time.Second, 20*time.Millisecond, "%s of %s, was %s", want, query, &got)
	}

	author := in(editor.change("createAuthor", "author { id }", map[string]any{"kind": "INDIVIDUAL", "names": []any{map[string]any{"language": "it", "name": "Dante Alighieri", "sortName": "Alighieri, Dante"}}}), "author", "id")
	work := editor.published(author, "it", "Inferno")
	ofWork := `{ work(id: "` + work + `") { title titles { title } translations { nodes { title translators { name } } } } }`
	shown(ofWork, `"title":"Inferno"`)

	s.join("ada")
	id, version := s.id("ada")
	root.change("setUserRoles", "member { role }", map[string]any{"userId": id, "roles": []string{"CONTRIBUTOR"}, "expectedVersion": version})
	id, version = s.id("rev")
	root.change("setUserRoles", "member { role }", map[string]any{"userId": id, "roles": []string{"REVIEWER"}, "reviewerLanguages": []string{"en"}, "expectedVersion": version})
	member, reviewer := s.as("ada"), s.as("rev")

	proposed := member.change("createTranslation", "translation { id } contribution { id version status }", map[string]any{
		"workId": work, "language": "en", "title": "Hell", "text": "Midway the journey of our life\nI found myself in a dark wood",
		"contributors": []any{map[string]any{"personId": author, "role": "TRANSLATOR"}}, "rights": map[string]any{"status": "LICENSED", "licenseId": "CC-BY-4.0", "basis": "By its translator.", "evidenceUrl": "https://example.org/"},
	})
	require.Nil(t, in(proposed, "translation"))
	contribution := in(proposed, "contribution", "id")
	require.Equal(t, "SUBMITTED", in(proposed, "contribution", "status"))
	require.NotContains(t, public(t, read, ofWork), "Hell", "nobody reads a proposal")

	own := member.attempt("reviewContribution", "contribution { status }", map[string]any{"id": contribution, "contributionVersion": 1, "decision": "APPROVE"})
	require.Equal(t, "FORBIDDEN", own.code, "contributors review nothing")
	reviewer.change("reviewContribution", "contribution { status }", map[string]any{"id": contribution, "contributionVersion": 1, "decision": "REQUEST_CHANGES", "comment": "Inferno is the title known in English."})
	mended := member.change("updateContribution", "contribution { version status }", map[string]any{"id": contribution, "expectedVersion": 1, "patch": map[string]any{"createTranslation": map[string]any{
		"workId": work, "language": "en", "title": "The Inferno", "text": "Midway upon the journey of our life\nI found myself within a forest dark",
		"contributors": []any{map[string]any{"personId": author, "role": "TRANSLATOR"}},
	}}})
	v := in(mended, "contribution", "version")
	member.change("submitContribution", "contribution { status }", map[string]any{"id": contribution, "expectedVersion": v})
	approved := reviewer.change("reviewContribution", "contribution { status applied { id } }", map[string]any{"id": contribution, "contributionVersion": v, "decision": "APPROVE"})
	require.Equal(t, "APPLIED", in(approved, "contribution", "status"))
	translation := in(approved, "contribution", "applied", "id")
	require.NotContains(t, public(t, read, ofWork), "The Inferno", "it is a draft until an editor publishes it")

	editor.change("setRights", "rights { status }", map[string]any{"subjectId": translation, "rights": map[string]any{"status": "LICENSED", "licenseId": "CC-BY-4.0", "basis": "By its translator.", "evidenceUrl": "https://example.org/"}})
	editor.change("publishTranslation", "translation { version }", map[string]any{"id": translation, "expectedVersion": 1})
	shown(ofWork, `"title":"The Inferno"`)
	shown(`{ text(expressionId: "`+translation.(string)+`") { nodes { content } } }`, "within a forest dark")

	changed := editor.change("updateTranslation", "translation { version }", map[string]any{"id": translation, "expectedVersion": s.version(translation), "patch": map[string]any{"title": "Inferno, in English"}})
	stale := editor.attempt("updateTranslation", "translation { version }", map[string]any{"id": translation, "expectedVersion": 1, "patch": map[string]any{"title": "Lost"}})
	require.Equal(t, []string{"STALE_VERSION"}, stale.faults("updateTranslation"))
	fault, _ := stale.data["updateTranslation"]["userErrors"].([]any)[0].(map[string]any)
	require.Contains(t, mustText(t, fault["params"]), mustText(t, in(changed, "translation", "version")), "it says which version there is")
	shown(ofWork, "Inferno, in English")

	double := editor.published(author, "la", "Infernus, di nuovo") // another original in Italian would be a conflict
	ofDouble := `{ work(id: "` + double + `") { id redirectedFrom title } }`
	shown(ofDouble, "di nuovo")
	editor.change("mergeWorks", "work { id }", map[string]any{"sourceIds": []any{double}, "targetId": work, "expectedVersions": []any{
		map[string]any{"id": double, "version": s.version(double)}, map[string]any{"id": work, "version": s.version(work)},
	}})
	shown(ofDouble, `"id":"`+work+`"`)
	shown(ofDouble, `"redirectedFrom":"`+double+`"`)
}

// version is the one to name with the next edit.
func (s *site) version(id any) (version int) {
	s.t.Helper()
	require.NoError(s.t, s.db.QueryRow(s.t.Context(), `SELECT coalesce(w.version, e.version) FROM core.subjects s
		LEFT JOIN core.works w ON w.id = s.id LEFT JOIN core.expressions e ON e.id = s.id WHERE s.public_id = $1`, id).Scan(&version))
	return version
}

func mustText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}
