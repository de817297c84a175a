package app

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
)

// secured is a writer behind a proxy that speaks TLS to browsers, as in production.
type secured struct {
	*site
	proxy *httptest.Server
	// ownHost has the proxy call the writer by the address that it dials, and not by the
	// one that the browser asked for.
	ownHost bool
}

func beginSecured(t *testing.T) *secured {
	t.Helper()
	s := &secured{}
	s.proxy = httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: s.addr})
		r.SetXForwarded()
		if !s.ownHost {
			r.Out.Host = r.In.Host
		}
	}})
	t.Cleanup(s.proxy.Close)
	s.site = beginWith(t, map[string]string{
		"TERCUL_WRITE_URL": s.proxy.URL, "TERCUL_WRITE_COOKIES": "secure", "TERCUL_WRITE_PROXIES": "127.0.0.0/8",
	})
	return s
}

// browser is one that trusts the proxy's certificate.
func (s *secured) browser(t *testing.T) *caller {
	b := s.site.browser(t)
	b.base, b.client.Transport = s.proxy.URL, s.proxy.Client().Transport
	return b
}

// cookies are those of the browser, by name.
func (s *secured) cookies(t *testing.T, b *caller) map[string]string {
	at, err := url.Parse(s.proxy.URL + "/graphql")
	require.NoError(t, err)
	held := map[string]string{}
	for _, c := range b.client.Jar.Cookies(at) {
		held[c.Name] = c.Value
	}
	return held
}

const logoutText = "mutation { logout { ok userErrors { code } } }"

// A browser signs in, renews and ends its session over HTTPS with cookies that no other
// host can have set and no script can read.
func TestABrowsersSessionOverHTTPS(t *testing.T) {
	s := beginSecured(t)
	s.account("ada", identity.Reader)
	b := s.browser(t)
	given := func(r reply) {
		t.Helper()
		require.Len(t, r.cookies, 2)
		for _, c := range r.cookies {
			require.True(t, strings.HasPrefix(c.Name, "__Host-tercul-"), c.Name)
			require.True(t, c.Secure && c.HttpOnly, c.Name)
			require.Equal(t, http.SameSiteLaxMode, c.SameSite, c.Name)
			require.Equal(t, []string{"/", ""}, []string{c.Path, c.Domain}, "what the prefix asks for")
		}
	}
	r := b.login("COOKIE", "ada")
	given(r)
	require.Empty(t, r.text("login", "accessToken")+r.text("login", "refreshToken"))
	require.Equal(t, "ada", b.do(viewerText, nil).text("viewer", "username"))
	first := s.cookies(t, b)
	require.Len(t, first, 2)

	given(b.refresh(nil))
	second := s.cookies(t, b)
	require.NotEqual(t, first["__Host-tercul-refresh"], second["__Host-tercul-refresh"])
	require.Equal(t, "ada", b.do(viewerText, nil).text("viewer", "username"))

	// A token out of a cookie is none of a program's, nor is a program's refresh token one of a browser's.
	p := s.program()
	p.bearer = second["__Host-tercul-session"]
	require.Equal(t, "UNAUTHENTICATED", p.do(viewerText, nil).code)
	p.bearer = ""
	require.Equal(t, []string{"TOKEN_INVALID"}, p.refresh(second["__Host-tercul-refresh"]).faults("refreshSession"))
	require.Equal(t, "ada", b.do(viewerText, nil).text("viewer", "username"), "and that ends nothing")

	r = b.do(logoutText, nil)
	given(r)
	require.Empty(t, s.cookies(t, b), "the browser has forgotten them")
	for name, value := range second {
		thief := s.browser(t)
		thief.header = map[string]string{"Cookie": name + "=" + value}
		require.Equal(t, "UNAUTHENTICATED", thief.do(viewerText, nil).code)
		require.Equal(t, []string{"TOKEN_INVALID"}, thief.refresh(nil).faults("refreshSession"))
	}
}

// Pages of other sites can have the browser send its cookies, and nothing comes of it.
func TestPagesOfOtherSitesOverHTTPS(t *testing.T) {
	s := beginSecured(t)
	s.account("ada", identity.Reader)
	b := s.browser(t)
	require.Empty(t, b.login("COOKIE", "ada").faults("login"))
	held := s.cookies(t, b)
	for name, header := range map[string]map[string]string{
		"a script":               {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		"a script, older":        {"Origin": "https://evil.example"},
		"a frame":                {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
		"a neighbour":            {"Origin": "https://blog.tercul.example", "Sec-Fetch-Site": "same-site"},
		"the site without TLS":   {"Origin": strings.Replace(s.proxy.URL, "https", "http", 1), "Sec-Fetch-Site": "cross-site"},
		"our site without TLS":   {"Origin": "http://tercul.example", "Sec-Fetch-Site": "cross-site"},
		"one that begins alike":  {"Origin": "https://tercul.example.evil.example", "Sec-Fetch-Site": "cross-site"},
		"one that has our port":  {"Origin": "https://tercul.example:8443", "Sec-Fetch-Site": "cross-site"},
		"one that claims a host": {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "X-Forwarded-Host": "evil.example"},
	} {
		b.header = header
		for _, r := range []reply{b.do(logoutText, nil), b.refresh(nil), b.login("COOKIE", "ada")} {
			require.Equal(t, "FORBIDDEN", r.code, name)
			require.Equal(t, http.StatusForbidden, r.status, name)
			require.Empty(t, r.cookies, name)
			require.Empty(t, r.header.Get("Access-Control-Allow-Origin"), name)
		}
		require.Equal(t, held, s.cookies(t, b), name)
	}
	ours := map[string]map[string]string{
		"a page of our site":        {"Origin": "https://tercul.example", "Sec-Fetch-Site": "cross-site"},
		"the writer's own":          {"Origin": s.proxy.URL, "Sec-Fetch-Site": "same-origin"},
		"the writer's own, older":   {"Origin": s.proxy.URL},
		"typed by hand":             {"Sec-Fetch-Site": "none"},
		"a program, without either": {},
	}
	for _, s.ownHost = range []bool{false, true} {
		for name, header := range ours {
			b.header = maps.Clone(header)
			r := b.do(viewerText, nil)
			require.Empty(t, r.code, "%s, own host %t", name, s.ownHost)
			if header["Origin"] == "https://tercul.example" {
				require.Equal(t, []string{"https://tercul.example", "true"}, []string{r.header.Get("Access-Control-Allow-Origin"), r.header.Get("Access-Control-Allow-Credentials")})
			}
		}
	}
	for origin, allowed := range map[string]string{"https://evil.example": "", "https://tercul.example": "https://tercul.example"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.proxy.URL+"/graphql", http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		answer, err := b.client.Do(r)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, allowed, answer.Header.Get("Access-Control-Allow-Origin"), origin)
		require.NotEqual(t, "*", answer.Header.Get("Access-Control-Allow-Origin"))
	}
}
