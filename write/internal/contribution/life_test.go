package contribution_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// From a draft to what everybody reads.
func TestTheWayOfAContribution(t *testing.T) {
	s := newScene(t)
	c := of(s.create(s.author, s.describe(1, "A poem.")))
	require.Equal(t, "DRAFT", c.Status)
	require.Equal(t, "EDIT_WORK", c.Type)
	require.Equal(t, 1, c.Version)
	require.Equal(t, 1, *c.BaseVersion)
	require.Equal(t, []string{"it"}, c.Languages)
	require.Equal(t, s.work.String(), c.Target.ID)
	require.Empty(t, s.description(), "it was only tried")
	require.Equal(t, 1, writetest.One[int](s.World, "SELECT version FROM core.works WHERE id = $1", s.work.UUID))
	require.Zero(t, writetest.One[int](s.World, "SELECT count(*)::int FROM core.revisions"))

	c = of(s.submit(s.author, c.ID, 1))
	require.Equal(t, "SUBMITTED", c.Status)
	require.NotNil(t, c.SubmittedAt)
	c = of(s.assign(s.reviewer, c.ID, nil))
	require.Equal(t, "IN_REVIEW", c.Status)

	c = of(s.review(s.reviewer, c.ID, 1, "REQUEST_CHANGES", "Say whose poem it is."))
	require.Equal(t, "CHANGES_REQUESTED", c.Status)
	mails := s.Mails()
	require.Len(t, mails, 1)
	require.Equal(t, "Changes to your contribution are asked for", mails[0].Subject)
	require.Contains(t, mails[0].Text, "Say whose poem it is.")
	require.Contains(t, mails[0].Text, c.ID)

	c = of(s.update(s.author, c.ID, 1, object{"patch": s.describe(1, "Dante's poem."), "message": "As you say."}))
	require.Equal(t, "CHANGES_REQUESTED", c.Status)
	require.Equal(t, 2, c.Version)
	require.True(t, c.Reviews[0].Superseded)
	of(s.submit(s.author, c.ID, 2))
	require.Equal(t, []string{"STALE_VERSION contributionVersion"}, s.review(s.reviewer, c.ID, 1, "APPROVE", nil).Codes(), "it was read before")

	c = of(s.review(s.reviewer, c.ID, 2, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status)
	require.Equal(t, s.work.String(), c.Applied.ID)
	require.Equal(t, 2, *c.AppliedVersion)
	require.NotNil(t, c.AppliedAt)
	require.NotNil(t, c.DecidedAt)
	require.Equal(t, "Dante's poem.", s.description())
	require.Equal(t, "Your contribution was approved", s.Mails()[0].Subject)

	var steps []string
	for _, e := range c.Events {
		steps = append(steps, e.From+" "+e.Operation+" "+e.To)
	}
	require.Equal(t, []string{
		" createContribution DRAFT", "DRAFT submitContribution SUBMITTED", "SUBMITTED assignContribution IN_REVIEW",
		"IN_REVIEW reviewContribution CHANGES_REQUESTED", "CHANGES_REQUESTED updateContribution CHANGES_REQUESTED",
		"CHANGES_REQUESTED submitContribution SUBMITTED", "SUBMITTED reviewContribution APPROVED", "APPROVED reviewContribution APPLIED",
	}, steps)

	// The history names its author, and the contribution as its cause; the audit, who answers for it.
	require.Equal(t, 1, writetest.One[int](s.World, `SELECT count(*)::int FROM core.revisions r JOIN core.contributions c ON c.id = r.contribution_id
		WHERE r.subject_id = $1 AND r.version = 2 AND r.actor_id = $2`, s.work.UUID, s.author.UserID))
	require.Equal(t, c.ID, writetest.One[string](s.World, "SELECT detail ->> 'contribution' FROM ops.audit_log WHERE action = 'updateWork' AND actor_id = $1 AND subject_id = $2",
		s.reviewer.UserID, s.work.UUID))
	require.Equal(t, s.author.UserID.String(), writetest.One[string](s.World, "SELECT updated_by::text FROM core.works WHERE id = $1", s.work.UUID))
	require.True(t, writetest.One[bool](s.World, "SELECT EXISTS (SELECT FROM ops.outbox WHERE $1 = ANY (tags))", s.work.String()), "every cache hears of it")
	require.True(t, writetest.One[bool](s.World, "SELECT NOT EXISTS (SELECT FROM view.verify() WHERE missing + surplus > 0)"))
}

func TestRejected(t *testing.T) {
	s := newScene(t)
	c := s.submitted(s.describe(1, "Rubbish."))
	c = of(s.review(s.editor, c.ID, 1, "REJECT", "This says nothing of it."))
	require.Equal(t, "REJECTED", c.Status)
	require.Equal(t, "Your contribution was not accepted", s.Mails()[0].Subject)
	for name, codes := range map[string][]string{
		"update": s.update(s.author, c.ID, 1, object{"title": "x"}).Codes(), "submit": s.submit(s.author, c.ID, 1).Codes(), "withdraw": s.withdraw(s.author, c.ID).Codes(),
		"assign": s.assign(s.reviewer, c.ID, nil).Codes(), "review": s.review(s.reviewer, c.ID, 1, "APPROVE", nil).Codes(), "apply": s.apply(s.editor, c.ID, 1).Codes(),
	} {
		require.Equal(t, []string{"INVALID_STATE id"}, codes, name)
	}
}

func TestWithdraw(t *testing.T) {
	s := newScene(t)
	c := s.approved(s.describe(1, "A poem."))
	require.Equal(t, []string{"FORBIDDEN id"}, s.withdraw(s.editor, c.ID).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, s.withdraw(s.User(identity.Contributor), c.ID).Codes())
	require.Equal(t, "WITHDRAWN", of(s.withdraw(s.author, c.ID)).Status)
	require.Equal(t, []string{"INVALID_STATE id"}, s.apply(s.editor, c.ID, 1).Codes())
	require.Equal(t, []string{"INVALID_STATE id"}, s.withdraw(s.author, c.ID).Codes())
	done := of(s.review(s.reviewer, s.submitted(s.describe(1, "A poem.")).ID, 1, "APPROVE", nil))
	require.Equal(t, []string{"INVALID_STATE id"}, s.withdraw(s.author, done.ID).Codes())
}

func TestUpdate(t *testing.T) {
	s := newScene(t)
	c := of(s.create(s.author, s.describe(1, "A poem.")))
	other := s.PublishedWork("it", "Vita nuova")
	text := s.PublishedText(s.work, "TRANSLATION", "en", "Midway")
	for name, e := range map[string]struct {
		in   object
		want []string
	}{
		"blank title":    {object{"title": ""}, []string{"BLANK title"}},
		"another type":   {object{"patch": object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": "a"}}}, []string{"INVALID patch"}},
		"another object": {object{"patch": object{"updateWork": object{"id": other.String(), "expectedVersion": 1, "patch": object{"description": "x"}}}}, []string{"INVALID patch"}},
		"its faults":     {object{"patch": s.describe(7, "x")}, []string{"STALE_VERSION patch.updateWork.expectedVersion"}},
		"nothing":        {object{"patch": object{}}, []string{"BLANK patch"}},
	} {
		require.Equal(t, e.want, s.update(s.author, c.ID, 1, e.in).Codes(), name)
	}
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, s.update(s.author, c.ID, 2, object{"title": "Another"}).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, s.update(s.editor, c.ID, 1, object{"title": "Another"}).Codes(), "nobody sees another's draft")
	after := of(s.update(s.author, c.ID, 1, object{"title": "Another", "message": "Why."}))
	require.Equal(t, "Another", after.Title)
	require.Equal(t, "Why.", *after.Message)
	require.Nil(t, of(s.update(s.author, c.ID, 2, object{"message": nil})).Message)
	of(s.submit(s.author, c.ID, 3))
	require.Equal(t, []string{"INVALID_STATE id"}, s.update(s.author, c.ID, 3, object{"title": "Late"}).Codes())
	require.Equal(t, []string{"FORBIDDEN id"}, s.update(s.reviewer, c.ID, 3, object{"title": "Mine"}).Codes())
}

func TestSubmit(t *testing.T) {
	s := newScene(t)
	c := of(s.create(s.author, s.describe(1, "A poem.")))
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, s.submit(s.author, c.ID, 2).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, s.submit(s.User(identity.Contributor), c.ID, 1).Codes())
	s.edit(1, "By another.")
	p := s.submit(s.author, c.ID, 1)
	require.Equal(t, []string{"STALE_VERSION patch.updateWork.expectedVersion"}, p.Codes())
	require.Equal(t, "2", p.Faults[0].Params[0].Value)
	of(s.update(s.author, c.ID, 1, object{"patch": s.describe(2, "A poem.")}))
	require.Equal(t, "SUBMITTED", of(s.submit(s.author, c.ID, 2)).Status)
	require.Equal(t, []string{"INVALID_STATE id"}, s.submit(s.author, c.ID, 2).Codes())

	reader := s.User(identity.Reader)
	draft := of(s.create(reader, s.describe(2, "By a reader.")))
	require.Equal(t, "FORBIDDEN", s.refused(reader, "submitContribution", "SubmitContributionInput", object{"id": draft.ID, "expectedVersion": 1}))
}
