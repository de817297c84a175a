package app

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/signature"
)

var updateGuide = flag.Bool("update-guide", false, "write the answers of docs/api/editing.md anew")

const guideFile = "../../../docs/api/editing.md"

// An example of the guide: the head of the request, its document unless the body
// names a registered one, the variables or the body, and the answer.
var exampleForm = regexp.MustCompile("(?s)```http\n(.*?)```\n\n(?:```graphql\n(.*?)```\n\n)?```json\n(.*?)```\n\n(\\d+ [A-Za-z ]+)\n\n```json\n(.*?)```")

// What differs each time, how it is shown, and where it stands for what was answered last.
var (
	shownID    = regexp.MustCompile(`"([a-z]+_)[0-9a-z]{26}"`)
	shownToken = regexp.MustCompile(`(eyJ|trc_._)[A-Za-z0-9_.-]{20,}`)
	shownTime  = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[0-9:.]+Z"`)
	shownAsker = regexp.MustCompile(`"requestId": "[^"]*"`)
	shownStamp = regexp.MustCompile(`created=\d+|nonce="[^"]*"|:[A-Za-z0-9+/=]{40,}:`)
	documentID = regexp.MustCompile(`sha256:[0-9a-f]+`)
	operation  = regexp.MustCompile(`"operationName": "(\w+)"`)
)

// guide reads the page as somebody would who follows it.
type guide struct {
	*site
	key  ed25519.PrivateKey
	last map[string]string // what a shortened value stands for
}

// TestTheGuideOfEditing follows docs/api/editing.md and holds it against the answers.
func TestTheGuideOfEditing(t *testing.T) {
	s := begin(t)
	s.account("ada", identity.Editor)
	g := &guide{s, ed25519.NewKeyFromSeed(bytes.Repeat([]byte("k"), ed25519.SeedSize)), map[string]string{}}
	page, err := os.ReadFile(guideFile)
	require.NoError(t, err)
	examples := 0
	followed := exampleForm.ReplaceAllStringFunc(string(page), func(text string) string {
		examples++
		return g.follow(exampleForm.FindStringSubmatch(text))
	})
	require.Greater(t, examples, 10, "the page has no examples in the form that is known here")
	if *updateGuide {
		require.NoError(t, os.WriteFile(guideFile, []byte(followed), 0o600)) //nolint:gosec // the page that it was made of
		page = []byte(followed)
	}
	require.Equal(t, string(page), followed, "run: make generate, and review docs/api/editing.md")
}

// follow sends an example and writes it anew.
func (g *guide) follow(part []string) string {
	g.t.Helper()
	head, query, vars := part[1], part[2], part[3]
	vars = strings.ReplaceAll(vars, `"KEY"`, `"`+base64.StdEncoding.EncodeToString(g.key.Public().(ed25519.PublicKey))+`"`)
	body := g.named(vars)
	if query != "" {
		text, err := json.Marshal(map[string]any{"query": query, "variables": json.RawMessage(g.lengthened(vars))})
		require.NoError(g.t, err)
		body = string(text)
	} else {
		vars = documentID.ReplaceAllString(vars, documentID.FindString(body))
	}
	status, answer, signed := g.send(head, body)
	var pretty bytes.Buffer
	require.NoError(g.t, json.Indent(&pretty, answer, "", "  "), string(answer))
	g.remember(pretty.String())
	out := "```http\n" + signed + "```\n\n"
	if query != "" {
		out += "```graphql\n" + query + "```\n\n"
	}
	return out + "```json\n" + vars + "```\n\n" + fmt.Sprintf("%d %s", status, http.StatusText(status)) + "\n\n```json\n" + shortened(pretty.String()) + "\n```"
}

// named is a body with the id of the document that it names, and with what its
// shortened values stand for.
func (g *guide) named(body string) string {
	g.t.Helper()
	if found := operation.FindStringSubmatch(body); found != nil {
		files, err := write.Operations()
		require.NoError(g.t, err)
		f, err := files.Open(found[1] + ".graphql")
		require.NoError(g.t, err)
		text, err := io.ReadAll(f)
		require.NoError(g.t, err)
		body = documentID.ReplaceAllString(body, "sha256:"+document.ID(string(text)))
	}
	return g.lengthened(body)
}

func (g *guide) lengthened(text string) string {
	for short, long := range g.last {
		text = strings.ReplaceAll(text, short+"…", long)
	}
	return text
}

func shortened(text string) string {
	text = shownID.ReplaceAllString(text, `"$1…"`)
	text = shownTime.ReplaceAllString(shownToken.ReplaceAllString(text, "$1…"), `"…"`)
	return shownAsker.ReplaceAllString(text, `"requestId": "…"`)
}

func (g *guide) remember(answer string) {
	for _, found := range shownID.FindAllStringSubmatch(answer, -1) {
		g.last[found[1]] = strings.Trim(found[0], `"`)
	}
	for _, found := range shownToken.FindAllStringSubmatch(answer, -1) {
		g.last[found[1]] = found[0]
	}
}

// send sends a request with the head that the page shows, and answers that head
// with the signature that was made, if it has one.
func (g *guide) send(head, body string) (status int, answer []byte, signed string) {
	g.t.Helper()
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	r, err := http.NewRequestWithContext(g.t.Context(), method, "http://"+g.addr+path, strings.NewReader(body))
	require.NoError(g.t, err)
	r.Header.Set("Accept", "application/graphql-response+json")
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, g.lengthened(value))
	}
	if r.Header.Get("Signature") != "" {
		signer, err := signature.NewSigner(signature.SignerConfig{KeyID: g.last["skey_"], Seed: secret.New(g.key.Seed())})
		require.NoError(g.t, err)
		require.NoError(g.t, signer.Sign(r, []byte(body)))
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(g.t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	require.NoError(g.t, err)
	for i, line := range lines {
		if name, _, _ := strings.Cut(line, ": "); strings.HasPrefix(name, "Signature") || name == "Content-Digest" {
			lines[i] = name + ": " + shownStamp.ReplaceAllStringFunc(shortened(r.Header.Get(name)), stamp)
		}
	}
	return response.StatusCode, answer, strings.Join(lines, "\n") + "\n"
}

func stamp(found string) string {
	if name, _, named := strings.Cut(found, "="); named && found[0] != ':' {
		return name + "=…"
	}
	return ":…:"
}
