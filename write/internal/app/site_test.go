package app

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/secret"
)

// How long tests wait for what comes by itself, and how often they look.
const (
	waited = 30 * time.Second
	tick   = 20 * time.Millisecond
)

const goodPassword = "ulmus et vitis et acanthus"

// site is a running writer with its database and its mail.
type site struct {
	*service
	db   *pgxpool.Pool
	url  string // of the database
	mail string
}

func begin(t testing.TB) *site { return beginWith(t, nil) }

// beginWith runs a writer with settings of the test's own besides.
func beginWith(t testing.TB, more map[string]string) *site {
	t.Helper()
	url := pgtest.Database(t)
	env := settings(t, map[string]string{"TERCUL_DATABASE_URL": url, "TERCUL_WRITE_DOCUMENTS": "any", "TERCUL_LOG_LEVEL": "debug"})
	maps.Copy(env, more)
	return &site{start(t, env), pgtest.Open(t, url), url, env["TERCUL_MAIL_DROP"]}
}

// reply is an answer over HTTP.
type reply struct {
	t       testing.TB
	status  int
	header  http.Header
	cookies []*http.Cookie
	data    map[string]map[string]any
	code    string
	message string
}

// caller sends documents in one way.
type caller struct {
	*site
	client *http.Client
	base   string // where it sends them; the writer's own address where there is none
	bearer string
	header map[string]string
	sign   func(*http.Request, []byte)
}

func (s *site) program() *caller { return &caller{site: s, client: &http.Client{}} }

func (s *site) browser(t *testing.T) *caller {
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &caller{site: s, client: &http.Client{Jar: jar}}
}

func (c *caller) do(query string, variables map[string]any) reply {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(c.t, err)
	base := c.base
	if base == "" {
		base = "http://" + c.addr
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, base+"/graphql", bytes.NewReader(body))
	require.NoError(c.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	if c.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if c.sign != nil {
		c.sign(r, body)
	}
	answer, err := c.client.Do(r)
	require.NoError(c.t, err)
	defer func() { _ = answer.Body.Close() }()
	var out struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	require.NoError(c.t, json.NewDecoder(answer.Body).Decode(&out))
	require.Equal(c.t, "no-store", answer.Header.Get("Cache-Control"))
	rep := reply{t: c.t, status: answer.StatusCode, header: answer.Header, cookies: answer.Cookies(), data: map[string]map[string]any{}}
	for k, v := range out.Data {
		var object map[string]any
		_ = json.Unmarshal(v, &object) // lists are looked at by no test
		rep.data[k] = object
	}
	if len(out.Errors) > 0 {
		rep.code, rep.message = out.Errors[0].Extensions.Code, out.Errors[0].Message
	}
	return rep
}

// text is a field of the payload.
func (r reply) text(mutation, field string) string {
	s, _ := r.data[mutation][field].(string)
	return s
}

// faults are the codes of the payload's userErrors.
func (r reply) faults(mutation string) (codes []string) {
	list, _ := r.data[mutation]["userErrors"].([]any)
	for _, f := range list {
		codes = append(codes, f.(map[string]any)["code"].(string))
	}
	return codes
}

const loginText = `mutation($l: String!, $p: String!, $m: SessionMode!) { login(input: {login: $l, password: $p, mode: $m}) { session { id mode } accessToken refreshToken userErrors { code } } }`

func (c *caller) login(mode, name string) reply {
	c.t.Helper()
	return c.do(loginText, map[string]any{"l": name, "p": goodPassword, "m": mode})
}

func (c *caller) refresh(token any) reply {
	c.t.Helper()
	return c.do(`mutation($t: String) { refreshSession(input: {refreshToken: $t}) { accessToken refreshToken userErrors { code } } }`, map[string]any{"t": token})
}

const viewerText = "{ viewer { username role } }"

// account makes one by the operator's way.
func (s *site) account(name string, role identity.Role) {
	s.t.Helper()
	ring := s.ring("p")
	hasher, err := password.New(password.Config{Peppers: ring})
	require.NoError(s.t, err)
	judge, err := password.NewPolicy(password.PolicyConfig{})
	require.NoError(s.t, err)
	_, err = account.Create(s.t.Context(), s.db, hasher, judge, account.Given{Username: name, Email: name + "@example.org", Password: goodPassword, Role: role})
	require.NoError(s.t, err)
}

func (s *site) ring(letter string) secret.Ring {
	ring, err := secret.NewRing(secret.Key{ID: "test", Secret: secret.New([]byte(strings.Repeat(letter, 32)))})
	require.NoError(s.t, err)
	return ring
}

var link = regexp.MustCompile(`#token=3D(trc_._[A-Za-z0-9_-]{43})|#token=(trc_._[A-Za-z0-9_-]{43})`)

// letters are the mails that there are.
func (s *site) letters() map[string]bool {
	files, err := filepath.Glob(filepath.Join(s.mail, "new", "*.eml"))
	require.NoError(s.t, err)
	there := map[string]bool{}
	for _, name := range files {
		there[name] = true
	}
	return there
}

// letter waits for a mail with a token that was not there before.
func (s *site) letter(seen map[string]bool) (token string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		files, _ := filepath.Glob(filepath.Join(s.mail, "new", "*.eml"))
		for _, name := range files {
			content, err := os.ReadFile(name)
			if err != nil || seen[name] {
				continue
			}
			text := strings.ReplaceAll(string(content), "=\r\n", "") // quoted-printable breaks lines so
			if found := link.FindStringSubmatch(text); found != nil {
				token, seen[name] = found[1]+found[2], true
				return true
			}
		}
		return false
	}, 30*time.Second, 20*time.Millisecond, "no mail came: %s", s.log)
	return token
}
