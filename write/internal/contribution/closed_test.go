package contribution_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/purge"
	"github.com/tercul/tercul/write/internal/writetest"
)

// seen is a contribution as somebody sees it, with the reason of its last event.
func (s *scene) seen(a *identity.Actor, id string) (c struct {
	Status           string
	Author, Assignee *struct{ ID string }
	Events           []struct {
		Operation, From, To string
		Version             int
		Reason              *string
		Actor               *struct{ ID string }
	}
}) {
	s.T.Helper()
	answer := s.Ask(a, `query($id: ID!) { contribution(id: $id) { status author { id } assignee { id } events { operation from to version reason actor { id } } } }`, object{"id": id})
	require.Empty(s.T, answer.Errors)
	require.NoError(s.T, json.Unmarshal(answer.Data["contribution"], &c))
	answer = s.Ask(a, "query($id: ID!) { contributionDiff(id: $id) { fields { field } chunks { kind } } }", object{"id": id})
	require.Empty(s.T, answer.Errors, "what it was made of may be gone")
	answer = s.Ask(a, "query($id: ID!) { contribution(id: $id) { patch } }", object{"id": id})
	require.Empty(s.T, answer.Errors)
	return c
}

// What is about a thing that is removed for good is closed, and says why; what was
// decided, and what is about other things, stays as it is.
func TestAPurgeClosesWhatIsAboutIt(t *testing.T) {
	s := newScene(t)
	doomed := s.PublishedWork("it", "Rime")
	text, kept := s.PublishedText(doomed, "TRANSLATION", "en", "A line"), s.PublishedText(s.work, "TRANSLATION", "en", "Midway")
	other := s.PublishedText(doomed, "TRANSLATION", "de", "Eine Zeile")
	person := s.Person("Nobody")
	patches := map[string]object{
		"an edit":       {"updateWork": object{"id": doomed.String(), "expectedVersion": 1, "patch": object{"description": "x"}}},
		"a translation": {"createTranslation": object{"workId": doomed.String(), "language": "fr", "title": "Rimes", "kind": "TRANSLATION"}},
		"a text":        {"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": "Another line"}},
		"an alignment": {"upsertAlignment": object{"leftId": text.String(), "rightId": other.String(), "leftRevision": 1, "rightRevision": 1,
			"groups": []any{object{"left": object{"from": 1, "to": 1}, "right": object{"from": 1, "to": 1}}}}},
		"an author": {"setAuthorNames": object{"id": person.String(), "expectedVersion": 1, "names": []any{object{"language": "it", "name": "Nessuno", "kind": "PRIMARY"}}}},
	}
	ids := map[string]string{}
	for name, patch := range patches {
		ids[name] = s.submitted(patch).ID
	}
	draft := of(s.create(s.author, patches["an edit"])).ID
	open := s.submitted(s.describe(1, "A poem.")).ID
	text2 := s.submitted(object{"setText": object{"expressionId": kept.String(), "expectedRevision": 1, "plainText": "Midway upon"}}).ID
	rejected := s.submitted(patches["an edit"]).ID
	of(s.review(s.editor, rejected, 1, "REJECT", "This says nothing."))
	s.Exec("UPDATE core.works SET status = 'UNPUBLISHED', deleted_at = now() - interval '31 days' WHERE id = $1", doomed.UUID)
	s.Exec("UPDATE core.persons SET deleted_at = now() - interval '31 days' WHERE id = $1", person.UUID)

	purger := &purge.Purger{DB: writetest.Savepoints{Tx: s.Tx}, Now: func() time.Time { return s.Now }}
	require.NoError(t, purger.Work(t.Context(), nil))
	require.Zero(t, writetest.One[int](s.World, "SELECT count(*)::int FROM core.works WHERE id = $1", doomed.UUID))
	ids["a draft"] = draft
	for name, id := range ids {
		c := s.seen(s.author, id)
		require.Equal(t, "WITHDRAWN", c.Status, name)
		last := c.Events[len(c.Events)-1]
		require.Equal(t, "purge", last.Operation, name)
		require.Equal(t, "What it was about was deleted, and has been removed for good.", *last.Reason, name)
		require.Equal(t, map[bool]string{true: "DRAFT", false: "SUBMITTED"}[id == draft], last.From, name)
		require.Nil(t, last.Actor, name)
		require.Equal(t, 1, last.Version, name)
		require.Equal(t, []string{"INVALID_STATE id"}, s.withdraw(s.author, id).Codes(), name)
	}
	require.Equal(t, "REJECTED", s.seen(s.author, rejected).Status)
	for _, id := range []string{open, text2} {
		require.Equal(t, "SUBMITTED", s.seen(s.author, id).Status)
	}
	require.NoError(t, purger.Work(t.Context(), nil))
	require.Len(t, s.seen(s.author, draft).Events, 2, "once")
}

// An account that goes takes back what is open; drafts lose their words, and with the
// erasure of all that was written everything that was not applied does. Reviews that
// it had taken on are anybody's again.
func TestAnAccountThatGoesTakesBackWhatIsOpen(t *testing.T) {
	for name, erase := range map[string]bool{"kept": false, "erased": true} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			patch := s.describe(1, "My words.")
			draft, open, rejected := of(s.create(s.author, patch)).ID, s.submitted(patch).ID, s.submitted(patch).ID
			of(s.review(s.editor, rejected, 1, "REJECT", "This says nothing."))
			text := s.PublishedText(s.work, "TRANSLATION", "en", "Midway")
			line := s.submitted(object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": "Midway upon"}}).ID
			applied := of(s.review(s.editor, s.submitted(patch).ID, 1, "APPROVE", nil)).ID
			colleague := s.User(identity.Contributor)
			assigned := of(s.act(colleague, "createContribution", "CreateContributionInput", object{"title": "A change", "patch": s.describe(2, "Others' words.")})).ID
			of(s.submit(colleague, assigned, 1))
			of(s.assign(s.reviewer, assigned, nil))

			for _, user := range []*identity.Actor{s.author, s.reviewer} {
				s.Exec("UPDATE auth.users SET delete_after = $2, erase_content = $3 WHERE id = $1", user.UserID, s.Now, erase)
			}
			tidier := &account.Tidier{DB: writetest.Savepoints{Tx: s.Tx}, Now: func() time.Time { return s.Now }}
			require.NoError(t, tidier.Work(t.Context(), &river.Job[account.TidyArgs]{}))

			blank := func(id string) bool {
				return writetest.One[bool](s.World, "SELECT c.patch = '{}' AND c.base IS NULL AND c.message IS NULL FROM core.contributions c JOIN core.subjects s ON s.id = c.id WHERE s.public_id = $1", id)
			}
			for id, words := range map[string]bool{draft: false, open: !erase, line: !erase, rejected: !erase, applied: true} {
				require.Equal(t, !words, blank(id), id)
			}
			require.Equal(t, "WITHDRAWN", writetest.One[string](s.World, "SELECT c.status FROM core.contributions c JOIN core.subjects s ON s.id = c.id WHERE s.public_id = $1", draft))
			for _, id := range []string{open, line} {
				c := s.seen(s.editor, id)
				require.Equal(t, "WITHDRAWN", c.Status)
				require.Nil(t, c.Author)
				require.Equal(t, "Its author's account was removed.", *c.Events[len(c.Events)-1].Reason)
			}
			require.Equal(t, "REJECTED", s.seen(s.editor, rejected).Status)
			require.Equal(t, "APPLIED", s.seen(s.editor, applied).Status)
			c := s.seen(s.editor, assigned)
			require.Equal(t, "IN_REVIEW", c.Status)
			require.Nil(t, c.Assignee)
			of(s.assign(s.User(identity.Reviewer, "it"), assigned, nil))
		})
	}
}
