package rights_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "rights { subjectId jurisdiction status class licenseId version }"

func input(subject publicid.ID, status string, more map[string]any) map[string]any {
	rights := map[string]any{"status": status, "evidenceUrl": "https://example.org/evidence"}
	for k, v := range more {
		rights[k] = v
	}
	return map[string]any{"subjectId": subject.String(), "rights": rights}
}

func state(w *writetest.World, a *identity.Actor, subject publicid.ID, status string, more map[string]any) writetest.Payload {
	w.T.Helper()
	return w.Change(a, "setRights", "SetRightsInput", selection, input(subject, status, more))
}

func readable(w *writetest.World, text publicid.ID) int {
	return writetest.One[int](w, "SELECT count(*)::int FROM view.text_line WHERE expression_id = $1", text.UUID)
}

func TestSet(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	text := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", strings.Repeat("line\n", 100))
	require.Equal(t, 100, readable(w, text))
	var after struct {
		Jurisdiction, Status, Class, LicenseID string
		Version                                int
	}
	state(w, editor, text, "IN_COPYRIGHT", map[string]any{"holder": "A publisher", "basis": "Died in 1990."}).Ok().Into("rights", &after)
	require.Equal(t, "RESTRICTED", after.Class)
	require.Equal(t, 2, after.Version)
	require.Equal(t, 10, readable(w, text), "an excerpt")
	state(w, editor, text, "LICENSED", map[string]any{"licenseId": "CC-BY-4.0"}).Ok().Into("rights", &after)
	require.Equal(t, "OPEN", after.Class)
	require.Equal(t, 100, readable(w, text))
	require.Equal(t, "CC-BY-4.0", writetest.One[string](w, "SELECT license_id FROM view.rights WHERE subject_id = $1", text.UUID))
	state(w, editor, text, "LICENSED", map[string]any{"licenseId": "All-Rights-Reserved"}).Ok().Into("rights", &after)
	require.Equal(t, "RESTRICTED", after.Class)
	state(w, editor, text, "PUBLIC_DOMAIN", map[string]any{"jurisdiction": "US", "publicDomainFrom": 1990}).Ok().Into("rights", &after)
	require.Equal(t, "US", after.Jurisdiction)
	require.Equal(t, 10, readable(w, text), "what is shown goes by *")
	require.Equal(t, 4, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE subject_id = $1 AND action = 'setRights'", text.UUID))
	require.Equal(t, editor.UserID, writetest.One[uuid.UUID](w, "SELECT determined_by FROM core.rights WHERE subject_id = $1 AND jurisdiction = 'US'", text.UUID))
}

func TestRightsOfAWorkHoldForItsOriginal(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "La Commedia")
	text := w.PublishedText(work, "ORIGINAL", "it", strings.Repeat("line\n", 100))
	w.Exec("DELETE FROM core.rights WHERE subject_id = $1", text.UUID)
	require.Equal(t, 10, readable(w, text))
	state(w, w.User(identity.Editor), work, "PUBLIC_DOMAIN", nil).Ok()
	require.Equal(t, 100, readable(w, text))
}

func TestSetRefuses(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	work := w.PublishedWork("it", "La Commedia")
	gone := w.PublishedText(work, "TRANSLATION", "en", "a")
	w.Exec("UPDATE core.expressions SET deleted_at = now() WHERE id = $1", gone.UUID)
	unheard, err := publicid.New("WORK")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		subject publicid.ID
		status  string
		in      map[string]any
		want    []string
	}{
		"no licence":      {work, "LICENSED", nil, []string{"BLANK rights.licenseId"}},
		"no evidence":     {work, "ORPHAN", map[string]any{"evidenceUrl": nil}, []string{"BLANK rights.evidenceUrl"}},
		"neither":         {work, "LICENSED", map[string]any{"evidenceUrl": nil}, []string{"BLANK rights.evidenceUrl", "BLANK rights.licenseId"}},
		"unknown licence": {work, "LICENSED", map[string]any{"licenseId": "WTFPL"}, []string{"NOT_FOUND rights.licenseId"}},
		"jurisdiction":    {work, "UNKNOWN", map[string]any{"jurisdiction": "us"}, []string{"INVALID rights.jurisdiction"}},
		"http evidence":   {work, "UNKNOWN", map[string]any{"evidenceUrl": "http://example.org"}, []string{"INVALID rights.evidenceUrl"}},
		"no url":          {work, "UNKNOWN", map[string]any{"statementUri": "see there"}, []string{"INVALID rights.statementUri"}},
		"no work":         {unheard, "UNKNOWN", nil, []string{"NOT_FOUND subjectId"}},
		"deleted":         {gone, "UNKNOWN", nil, []string{"NOT_FOUND subjectId"}},
		"person":          {w.Person("Dante"), "UNKNOWN", nil, []string{"INVALID subjectId"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, state(w, editor, c.subject, c.status, c.in).Codes()) })
	}
	require.Empty(t, state(w, editor, work, "UNKNOWN", map[string]any{"evidenceUrl": nil}).Codes(), "nothing is known, of evidence neither")
}

// Opening is sensitive; restricting, and restating what is open, is not.
func TestOpeningIsSensitive(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	w.Now = w.Now.Add(6 * time.Minute)
	const query = "mutation($in: SetRightsInput!) { setRights(input: $in) { userErrors { code } } }"
	ask := func(status string, more map[string]any) string {
		return w.Ask(editor, query, map[string]any{"in": input(work, status, more)}).Code()
	}
	licence := map[string]any{"licenseId": "CC0-1.0"}
	require.Empty(t, ask("IN_COPYRIGHT", nil))
	require.Equal(t, "REAUTH_REQUIRED", ask("PUBLIC_DOMAIN", nil))
	require.Equal(t, "REAUTH_REQUIRED", ask("LICENSED", licence))
	require.Equal(t, "REAUTH_REQUIRED", ask("PUBLIC_DOMAIN", map[string]any{"jurisdiction": "IT"}))
	require.Equal(t, "IN_COPYRIGHT", writetest.One[string](w, "SELECT status FROM core.rights WHERE subject_id = $1", work.UUID))
	editor.ReauthAt = w.Now
	require.Empty(t, ask("PUBLIC_DOMAIN", nil))
	w.Now = w.Now.Add(6 * time.Minute)
	require.Empty(t, ask("LICENSED", licence), "it is open already")
	require.Empty(t, ask("UNKNOWN", nil))
}

func TestRoles(t *testing.T) {
	w := writetest.New(t)
	in := map[string]any{"in": input(w.PublishedWork("it", "La Commedia"), "PUBLIC_DOMAIN", nil)}
	const query = "mutation($in: SetRightsInput!) { setRights(input: $in) { userErrors { code } } }"
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), query, in).Code(), role)
	}
	require.Empty(t, w.Ask(w.User(identity.Admin), query, in).Code())
}
