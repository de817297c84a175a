package documents_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/documents"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

type in = map[string]any

const (
	selection = "document { id name source cost maxAge status deprecatedAt sunsetAt owner { username } }"
	mine      = "query Mine($slug: String!) { work(slug: $slug) { id title translations(first: 5) { nodes { id } } } }"
)

type shown struct {
	ID, Name, Source, Status string
	Cost, MaxAge             int
	DeprecatedAt, SunsetAt   *time.Time
	Owner                    *struct{ Username string }
}

// world has the shipped documents in its catalogue, and the rights of the writer.
func world(t *testing.T) *writetest.World {
	t.Helper()
	w := writetest.New(t)
	_, err := documents.AddShipped(t.Context(), w.Tx)
	require.NoError(t, err)
	w.Exec("SET LOCAL ROLE tercul_writer")
	return w
}

func register(w *writetest.World, who *identity.Actor, name, source string, headers ...string) writetest.Payload {
	w.T.Helper()
	return w.Change(who, "registerDocument", "RegisterDocumentInput", selection, in{"name": name, "source": source}, headers...)
}

func retire(w *writetest.World, who *identity.Actor, hash string, more in) writetest.Payload {
	w.T.Helper()
	input := in{"hash": hash}
	for k, v := range more {
		input[k] = v
	}
	return w.Change(who, "retireDocument", "RetireDocumentInput", selection, input)
}

func ahead(w *writetest.World, d time.Duration) in {
	return in{"sunsetAt": w.Now.Add(d).Format(time.RFC3339Nano)}
}

func TestADocumentIsRegistered(t *testing.T) {
	w := world(t)
	ada, bob := w.User(identity.Editor), w.User(identity.Editor)
	var made, again shown
	register(w, ada, "Mine", mine, "Idempotency-Key", "12345678").Ok().Into("document", &made)
	require.Equal(t, "sha256:"+document.ID(mine), made.ID)
	require.Equal(t, mine, made.Source)
	require.Equal(t, 6, made.Cost)
	require.Equal(t, 300, made.MaxAge)
	require.Equal(t, "ACTIVE", made.Status)
	require.Equal(t, ada.Username, made.Owner.Username)
	require.Equal(t, "{api,doc:"+document.ID(mine)[:16]+"}", writetest.One[string](w, "SELECT tags::text FROM ops.outbox ORDER BY id DESC LIMIT 1"), "readers hear of it")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM view.document WHERE name = 'Mine' AND text_hash = $1", document.ID(mine)))
	register(w, ada, "Mine", mine, "Idempotency-Key", "12345678").Ok().Into("document", &again)
	require.Equal(t, made, again)
	register(w, bob, "Mine", mine).Ok().Into("document", &again)
	require.Equal(t, made, again, "it is there already, and whose it is")
	require.Equal(t, 1, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'registerDocument' AND detail ->> 'hash' = $1", document.ID(mine)))
	require.Equal(t, "IDEMPOTENCY_CONFLICT", w.Ask(ada, `mutation { registerDocument(input: {name: "Other", source: "query Other { __typename }"}) { userErrors { code } } }`, nil, "Idempotency-Key", "12345678").Code())
}

func TestDocumentsThatAreRefused(t *testing.T) {
	w := world(t)
	ada := w.User(identity.Editor)
	deep := "query Deep { works { nodes { " + strings.Repeat("authors { works { nodes { ", 4) + "id" + strings.Repeat(" } } }", 4) + " } } }"
	for name, c := range map[string]struct {
		source, code string
		faults       []string
	}{
		"no GraphQL":     {"{", "GRAPHQL_PARSE_FAILED", []string{"INVALID source"}},
		"two mistakes":   {"query Mine { works { nodes { nope never } } }", "GRAPHQL_VALIDATION_FAILED", []string{"INVALID source", "INVALID source"}},
		"two operations": {"query Mine { __typename } query Two { __typename }", "GRAPHQL_VALIDATION_FAILED", []string{"INVALID source"}},
		"no name":        {"{ stats(subjectIds: []) { likes } }", "", []string{"INVALID source"}},
		"no query":       {"mutation Mine { __typename }", "", []string{"INVALID source"}},
		"too dear":       {"query Mine { works(first: 100) { nodes { translations(first: 100) { nodes { id } } } } }", "COST_LIMIT", []string{"INVALID source"}},
		"too deep":       {deep, "", []string{"INVALID source"}},
		"too long":       {"query Mine { __typename }" + strings.Repeat(" ", 65536), "", []string{"TOO_LONG source"}},
		"too many bytes": {"query Mine { __typename } # " + strings.Repeat("é", 33000), "INPUT_LIMIT", []string{"TOO_LONG source"}},
		"empty":          {"", "", []string{"BLANK source"}},
		"another name":   {"query Other { __typename }", "", []string{"INVALID name"}},
	} {
		p := register(w, ada, "Mine", c.source)
		require.Equal(t, c.faults, p.Codes(), name)
		if c.code != "" {
			params := map[string]string{}
			for _, one := range p.Faults[0].Params {
				params[one.Name] = one.Value
			}
			require.Equal(t, c.code, params["code"], name)
		}
	}
	require.Equal(t, []string{"BLANK name"}, register(w, ada, "", mine).Codes())
	require.Equal(t, []string{"TOO_LONG name"}, register(w, ada, strings.Repeat("a", 201), mine).Codes())
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM ops.documents WHERE owner_id IS NOT NULL"))
}

func TestAThousandDocumentsAreEnough(t *testing.T) {
	w := world(t)
	ada := w.User(identity.Editor)
	w.Exec("INSERT INTO ops.documents (hash, name, source, owner_id) SELECT ops.sha256_hex(n::text), 'X', '#' || n, $1 FROM generate_series(1, 999) n", ada.UserID)
	register(w, ada, "Mine", mine).Ok()
	require.Equal(t, []string{"LIMIT_REACHED"}, register(w, ada, "Other", "query Other { __typename }").Codes())
	register(w, ada, "Mine", mine).Ok()
	require.Equal(t, 1000, writetest.One[int](w, "SELECT count(*)::int FROM ops.documents WHERE owner_id = $1", ada.UserID))
}

func TestADocumentIsRetired(t *testing.T) {
	w := world(t)
	ada, bob, admin := w.User(identity.Editor), w.User(identity.Editor), w.User(identity.Admin)
	var made, now shown
	register(w, ada, "Mine", mine).Ok().Into("document", &made)
	require.Equal(t, []string{"FORBIDDEN hash"}, retire(w, bob, made.ID, ahead(w, 40*24*time.Hour)).Codes(), "not one's own")
	require.Equal(t, []string{"BLANK sunsetAt"}, retire(w, ada, made.ID, nil).Codes())
	require.Equal(t, []string{"INVALID sunsetAt"}, retire(w, ada, made.ID, ahead(w, documents.Notice-time.Second)).Codes())
	require.Equal(t, []string{"INVALID sunsetAt"}, retire(w, ada, made.ID, ahead(w, 11*365*24*time.Hour)).Codes())
	require.Equal(t, []string{"FORBIDDEN block"}, retire(w, ada, made.ID, in{"block": true}).Codes())
	require.Equal(t, []string{"INVALID hash"}, retire(w, ada, "sha256:x", nil).Codes())
	require.Equal(t, []string{"NOT_FOUND hash"}, retire(w, ada, strings.Repeat("0", 64), ahead(w, documents.Notice)).Codes())
	retire(w, ada, strings.TrimPrefix(made.ID, "sha256:"), ahead(w, documents.Notice)).Ok().Into("document", &now)
	require.Equal(t, "DEPRECATED", now.Status)
	require.WithinDuration(t, w.Now.Add(documents.Notice), *now.SunsetAt, time.Millisecond)
	require.WithinDuration(t, w.Now, *now.DeprecatedAt, time.Millisecond)
	began := *now.DeprecatedAt
	w.Now = w.Now.Add(time.Hour)
	retire(w, admin, made.ID, ahead(w, 60*24*time.Hour)).Ok().Into("document", &now)
	require.Equal(t, began, *now.DeprecatedAt, "another end, the same beginning of it")
	require.Equal(t, []string{"INVALID_STATE source"}, register(w, bob, "Mine", mine).Codes(), "another cannot take it back")
	register(w, ada, "Mine", mine).Ok().Into("document", &now)
	require.Equal(t, made, now, "its owner can")
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'retireDocument' AND detail ->> 'hash' = $1", document.ID(mine)))
}

func TestAnAdminStopsADocumentAtOnce(t *testing.T) {
	w := world(t)
	ada, admin := w.User(identity.Editor), w.User(identity.Admin)
	var made, now shown
	register(w, ada, "Mine", mine).Ok().Into("document", &made)
	more := ahead(w, documents.Notice)
	more["block"] = true
	require.Equal(t, []string{"INVALID sunsetAt"}, retire(w, admin, made.ID, more).Codes())
	retire(w, admin, made.ID, in{"block": true}).Ok().Into("document", &now)
	require.Equal(t, "BLOCKED", now.Status)
	require.Nil(t, now.SunsetAt)
	require.Equal(t, []string{"INVALID_STATE source"}, register(w, ada, "Mine", mine).Codes())
	require.Equal(t, []string{"INVALID_STATE hash"}, retire(w, ada, made.ID, ahead(w, documents.Notice)).Codes())

	text, err := os.ReadFile("../../../read/operations/WorkPage.graphql")
	require.NoError(t, err)
	shipped := document.ID(string(text))
	require.Equal(t, []string{"INVALID_STATE hash"}, retire(w, admin, shipped, ahead(w, documents.Notice)).Codes(), "a release retires it")
	retire(w, admin, shipped, in{"block": true}).Ok().Into("document", &now)
	require.Equal(t, "BLOCKED", now.Status)
	require.Nil(t, now.Owner)
}

func TestWhoMayRegister(t *testing.T) {
	w := world(t)
	for _, document := range []string{
		`mutation { registerDocument(input: {name: "A", source: "query A { __typename }"}) { userErrors { code } } }`,
		fmt.Sprintf(`mutation { retireDocument(input: {hash: "%064d"}) { userErrors { code } } }`, 0),
	} {
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, document, nil).Code())
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
			require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), document, nil).Code())
		}
		for _, role := range []identity.Role{identity.Editor, identity.Admin} {
			require.Empty(t, w.Ask(w.User(role), document, nil).Code())
		}
		unverified := w.User(identity.Editor)
		unverified.Verified = false
		require.Equal(t, "FORBIDDEN", w.Ask(unverified, document, nil).Code())
	}
}
