package app

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

// nasty is text that means something to some language.
var nasty = []string{
	`'; DROP TABLE core.works; --`, `' OR '1'='1`, `x') RETURNING (SELECT password_phc FROM auth.credentials`, `$1`, `%s%n`, `\'`, `\u0000`,
	`"}}) { work { id } } }`, `mutation { logout { ok } }`, `{{.Username}}`, `<script>alert(1)</script>`, `${jndi:ldap://x}`, `../../etc/passwd`,
}

// TestWhatLooksLikeCodeIsData puts it wherever text goes.
func TestWhatLooksLikeCodeIsData(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	p := s.program()
	for _, text := range nasty {
		require.Equal(t, []string{"INVALID_CREDENTIALS"}, p.login("BEARER", text).faults("login"), text)
		_, err := s.db.Exec(t.Context(), "DELETE FROM auth.login_failures")
		require.NoError(t, err)
		require.Contains(t, p.do(`mutation($n: String!, $p: String!) { register(input: {username: $n, email: $n, password: $p}) { ok userErrors { code field } } }`,
			map[string]any{"n": text, "p": goodPassword}).faults("register"), "INVALID", text)
		require.Equal(t, []string{"TOKEN_INVALID"}, p.refresh(text).faults("refreshSession"), text)
	}
	p.bearer = p.login("BEARER", "ada").text("login", "accessToken")
	author, _ := p.do(`mutation { createAuthor(input: {names: [{language: "en", name: "Bobby Tables"}]}) { author { id } userErrors { code } } }`, nil).
		data["createAuthor"]["author"].(map[string]any)["id"].(string)
	for i, text := range nasty {
		p.header = map[string]string{"Idempotency-Key": text + strconv.Itoa(i) + "-and-more", "X-Forwarded-For": text, "User-Agent": text}
		r := p.do(`mutation($t: String!, $a: ID!) { createWork(input: {originalLanguage: "en", literatureType: PROSE, titles: [{language: "en", title: $t}],
			contributors: [{personId: $a}], description: $t, text: $t}) { work { title description } userErrors { code field message } } }`, map[string]any{"t": text, "a": author})
		require.Empty(t, r.code)
		made, _ := r.data["createWork"]["work"].(map[string]any)
		require.Equal(t, text, made["title"], "%v", r.data)
		require.Equal(t, text, made["description"])
		require.Equal(t, "BAD_REQUEST", p.do(`query($i: ID!) { editable(id: $i) { __typename } }`, map[string]any{"i": text}).code, text)
		require.Equal(t, "BAD_REQUEST", p.do(`query($c: String!) { viewerLikes(after: $c) { pageInfo { endCursor } } }`, map[string]any{"c": text}).code, text)
	}
	var works int
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM core.works").Scan(&works))
	require.Equal(t, len(nasty), works)
	require.Empty(t, p.do(viewerText, nil).code, "nobody was signed out")
}

// TestNobodyWritesHeadersOfMail tries by all that a mail is made of.
func TestNobodyWritesHeadersOfMail(t *testing.T) {
	s := begin(t)
	p := s.program()
	const register = `mutation($n: String!, $e: String!, $p: String!, $l: LanguageTag!) { register(input: {username: $n, email: $e, password: $p, locale: $l}) { ok userErrors { code field } } }`
	good := map[string]any{"n": "ada", "e": "ada@example.org", "p": goodPassword, "l": "en"}
	for field, values := range map[string][]string{
		"e": {"ada@example.org\r\nBcc: evil@example.org", "ada@example.org\nSubject: x", "ada@example.org,evil@example.org", "<ada@example.org>", "Ada <ada@example.org>",
			"ada@example.org\u2028Bcc: evil@example.org", "\"a\r\n\"@example.org", "ada@example.org\tx"},
		"n": {"ada\r\nBcc: evil@example.org", "ada\n"},
		"l": {"en\r\nBcc: evil@example.org"},
	} {
		for _, value := range values {
			variables := map[string]any{}
			for k, v := range good {
				variables[k] = v
			}
			variables[field] = value
			r := p.do(register, variables)
			require.True(t, r.code == "BAD_REQUEST" || len(r.faults("register")) > 0, "%q as %s: %v", value, field, r.data)
		}
	}
	require.Empty(t, p.do(register, good).faults("register"))
	s.letter(map[string]bool{})
	files, err := filepath.Glob(filepath.Join(s.mail, "new", "*.eml"))
	require.NoError(t, err)
	require.Len(t, files, 1, "one mail, to her who asked")
	content, err := os.ReadFile(files[0])
	require.NoError(t, err)
	head, _, _ := strings.Cut(string(content), "\r\n\r\n")
	require.Contains(t, head, "\r\nTo: <ada@example.org>")
	require.NotContains(t, string(content), "evil")
}

// TestAnotherSitesPageChangesNothing sends what a page of another site can have a
// browser send that is signed in here.
func TestAnotherSitesPageChangesNothing(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Reader)
	b := s.browser(t)
	b.login("COOKIE", "ada")
	const logout = `mutation { logout { ok userErrors { code } } }`
	for name, header := range map[string]map[string]string{
		"a script":                     {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		"a form":                       {"Origin": "https://evil.example", "Content-Type": "text/plain"},
		"a frame":                      {"Origin": "null"},
		"a neighbour on the same host": {"Origin": "http://127.0.0.1:9", "Sec-Fetch-Site": "same-site"},
	} {
		b.header = header
		require.Equal(t, "FORBIDDEN", b.do(logout, nil).code, name)
	}
	b.header = nil
	link, err := b.client.Get("http://" + s.addr + "/graphql?query=" + url.QueryEscape(logout))
	require.NoError(t, err)
	defer func() { _ = link.Body.Close() }()
	require.Equal(t, http.StatusMethodNotAllowed, link.StatusCode, "a link")
	require.Empty(t, b.do(viewerText, nil).code, "still signed in")
}

// TestBodiesThatAreTooLong are refused before they have all come.
func TestBodiesThatAreTooLong(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	token := s.program().login("BEARER", "ada").text("login", "accessToken")
	send := func(length int64, bearer string) (status int, answer string) {
		body := io.MultiReader(strings.NewReader(`{"query": "{ __typename }"`), io.LimitReader(blanks{}, length), strings.NewReader("}"))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.addr+"/graphql", body)
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		if bearer != "" {
			r.Header.Set("Authorization", "Bearer "+bearer)
		}
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		defer func() { _ = got.Body.Close() }()
		text, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		return got.StatusCode, string(text)
	}
	usual := policy.Operation{}.MaxBody()
	for name, c := range map[string]struct {
		length int64
		bearer string
		status int
	}{
		"as much as anybody may send":     {usual - 40, "", http.StatusOK},
		"more, from nobody":               {usual, "", http.StatusRequestEntityTooLarge},
		"more, with credentials made up":  {usual, "made.up.credentials", http.StatusRequestEntityTooLarge},
		"more, to ask for nothing long":   {usual, token, http.StatusRequestEntityTooLarge},
		"more than any operation can use": {policy.LargestBody(), token, http.StatusRequestEntityTooLarge},
	} {
		status, answer := send(c.length, c.bearer)
		require.Equal(t, c.status, status, "%s: %s", name, answer)
		require.Equal(t, status != http.StatusOK, strings.Contains(answer, `"code":"INPUT_LIMIT"`), name)
	}
	p := s.program()
	r := p.login("BEARER", strings.Repeat("x", 300<<10))
	require.Equal(t, http.StatusRequestEntityTooLarge, r.status)
	require.Equal(t, "INPUT_LIMIT", r.code)
}

// blanks are as many as are read.
type blanks struct{}

// Read fills p.
func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
