package contribution_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

func TestReviewRefuses(t *testing.T) {
	s := newScene(t)
	c := s.submitted(s.describe(1, "A poem."))
	require.Equal(t, []string{"LANGUAGE_NOT_HELD id"}, s.review(s.german, c.ID, 1, "APPROVE", nil).Codes())
	require.Equal(t, []string{"LANGUAGE_NOT_HELD id", "TOO_SHORT comment"}, s.review(s.german, c.ID, 1, "REJECT", "No.").Codes(), "all at once")
	require.Equal(t, []string{"TOO_SHORT comment"}, s.review(s.reviewer, c.ID, 1, "REQUEST_CHANGES", "  too few     ").Codes(), "blanks do not count")
	require.Equal(t, []string{"TOO_SHORT comment"}, s.review(s.reviewer, c.ID, 1, "REJECT", nil).Codes())
	require.Equal(t, []string{"TOO_LONG comment"}, s.review(s.reviewer, c.ID, 1, "APPROVE", long(5001)).Codes())
	require.Equal(t, []string{"STALE_VERSION contributionVersion"}, s.review(s.reviewer, c.ID, 2, "APPROVE", nil).Codes())
	draft := of(s.create(s.author, s.describe(1, "Another.")))
	require.Equal(t, []string{"NOT_FOUND id"}, s.review(s.reviewer, draft.ID, 1, "APPROVE", nil).Codes(), "nobody sees another's draft")
	require.Equal(t, []string{"NOT_FOUND id"}, s.review(s.editor, draft.ID, 1, "APPROVE", nil).Codes())
	require.Equal(t, []string{"INVALID id"}, s.review(s.reviewer, s.work.String(), 1, "APPROVE", nil).Codes())
	in := object{"id": c.ID, "contributionVersion": 1, "decision": "APPROVE"}
	for _, who := range []*identity.Actor{s.author, s.User(identity.Reader)} {
		require.Equal(t, "FORBIDDEN", s.refused(who, "reviewContribution", "ReviewContributionInput", in))
	}
	require.Equal(t, "UNAUTHENTICATED", s.refused(nil, "reviewContribution", "ReviewContributionInput", in))
	require.Empty(t, s.Mails())
}

func long(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

// Whoever may review reviews nothing of their own, an editor and an admin neither.
func TestNobodyReviewsTheirOwn(t *testing.T) {
	s := newScene(t)
	for _, who := range []*identity.Actor{s.reviewer, s.editor, s.User(identity.Admin)} {
		c := of(s.create(who, s.describe(1, "By myself.")))
		of(s.submit(who, c.ID, 1))
		require.Equal(t, []string{"SELF_REVIEW id"}, s.review(who, c.ID, 1, "APPROVE", nil).Codes())
		require.Equal(t, []string{"SELF_REVIEW reviewerId"}, s.assign(who, c.ID, nil).Codes())
	}
}

func TestSeveralApprovals(t *testing.T) {
	s := newScene(t)
	s.Contributions.Approvals = 2
	c := s.submitted(s.describe(1, "A poem."))
	require.Equal(t, 2, c.RequiredApprovals)
	c = of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "IN_REVIEW", c.Status)
	c = of(s.review(s.reviewer, c.ID, 1, "APPROVE", "Once more."))
	require.Equal(t, "IN_REVIEW", c.Status, "one reviewer is one approval")
	require.Empty(t, s.Mails(), "nothing is decided yet")
	require.Empty(t, s.description())
	c = of(s.review(s.editor, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status)
	require.Equal(t, "A poem.", s.description())
	require.Len(t, s.Mails(), 1)
	require.Equal(t, []bool{true, false, false}, []bool{c.Reviews[0].Superseded, c.Reviews[1].Superseded, c.Reviews[2].Superseded})

	// A new content needs its approvals anew.
	c = s.submitted(s.describe(2, "Another."))
	of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil))
	of(s.review(s.editor, c.ID, 1, "REQUEST_CHANGES", "Not quite so."))
	of(s.update(s.author, c.ID, 1, object{"patch": s.describe(2, "Better.")}))
	of(s.submit(s.author, c.ID, 2))
	require.Equal(t, "IN_REVIEW", of(s.review(s.editor, c.ID, 2, "APPROVE", nil)).Status)
	require.Equal(t, "APPLIED", of(s.review(s.reviewer, c.ID, 2, "APPROVE", nil)).Status)
}

func TestReviewersOfScripts(t *testing.T) {
	s := newScene(t)
	work := s.PublishedWork("zh-Hans", "Quiet Night Thought")
	c := s.submitted(object{"updateWork": object{"id": work.String(), "expectedVersion": 1, "patch": object{"description": "A poem."}}})
	require.Equal(t, []string{"LANGUAGE_NOT_HELD id"}, s.review(s.User(identity.Reviewer, "zh-Hant"), c.ID, 1, "APPROVE", nil).Codes())
	require.Equal(t, "APPLIED", of(s.review(s.User(identity.Reviewer, "zh"), c.ID, 1, "APPROVE", nil)).Status)
}

func TestAssign(t *testing.T) {
	s := newScene(t)
	c := s.submitted(s.describe(1, "A poem."))
	to := func(a *identity.Actor) object { return object{"reviewerId": publicid.Of("USER", a.UserID).String()} }
	second := s.User(identity.Reviewer, "it")
	require.Equal(t, []string{"FORBIDDEN reviewerId"}, s.assign(s.reviewer, c.ID, to(second)).Codes(), "editors give tasks")
	require.Equal(t, []string{"LANGUAGE_NOT_HELD reviewerId"}, s.assign(s.german, c.ID, nil).Codes())
	require.Equal(t, []string{"LANGUAGE_NOT_HELD reviewerId"}, s.assign(s.editor, c.ID, to(s.german)).Codes())
	require.Equal(t, []string{"NOT_FOUND reviewerId"}, s.assign(s.editor, c.ID, to(s.author)).Codes(), "no reviewer")
	require.Equal(t, []string{"NOT_FOUND reviewerId"}, s.assign(s.editor, c.ID, to(&identity.Actor{UserID: s.work.UUID})).Codes())
	gone := s.User(identity.Reviewer, "it")
	s.Exec("UPDATE auth.users SET status = 'SUSPENDED' WHERE id = $1", gone.UserID)
	require.Equal(t, []string{"NOT_FOUND reviewerId"}, s.assign(s.editor, c.ID, to(gone)).Codes(), "suspended")

	c = of(s.assign(s.reviewer, c.ID, nil))
	require.Equal(t, to(s.reviewer)["reviewerId"], c.Assignee.ID)
	require.Equal(t, []string{"INVALID_STATE id"}, s.assign(second, c.ID, nil).Codes(), "another has it")
	require.Equal(t, to(second)["reviewerId"], of(s.assign(s.editor, c.ID, to(second))).Assignee.ID)
	require.Equal(t, "APPLIED", of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil)).Status, "a task keeps nobody else away")
	draft := of(s.create(s.author, s.describe(2, "Another.")))
	require.Equal(t, []string{"NOT_FOUND id"}, s.assign(s.editor, draft.ID, nil).Codes())
	in := object{"id": c.ID}
	require.Equal(t, "FORBIDDEN", s.refused(s.author, "assignContribution", "AssignContributionInput", in))
	require.Equal(t, "UNAUTHENTICATED", s.refused(nil, "assignContribution", "AssignContributionInput", in))
}

func TestApply(t *testing.T) {
	s := newScene(t)
	c := s.approved(s.describe(1, "A poem."))
	require.Equal(t, "Your contribution was approved", s.Mails()[0].Subject)
	require.Empty(t, s.description())
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, s.apply(s.editor, c.ID, 2).Codes())
	in := object{"id": c.ID, "expectedVersion": 1}
	for _, who := range []*identity.Actor{s.author, s.reviewer} {
		require.Equal(t, "FORBIDDEN", s.refused(who, "applyContribution", "ApplyContributionInput", in))
	}
	p := s.apply(s.editor, c.ID, 1)
	require.Equal(t, "APPLIED", of(p).Status)
	var subject struct{ ID, Kind string }
	p.Into("subject", &subject)
	require.Equal(t, s.work.String(), subject.ID)
	require.Equal(t, "A poem.", s.description())
	require.Equal(t, []string{"INVALID_STATE id"}, s.apply(s.editor, c.ID, 1).Codes(), "once")
	require.Equal(t, []string{"INVALID_STATE id"}, s.apply(s.editor, s.submitted(s.describe(2, "Another.")).ID, 1).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, s.apply(s.editor, of(s.create(s.author, s.describe(2, "Another."))).ID, 1).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, s.apply(s.editor, "ctrb_01h455vb4pex5vsknk084sn02q", 1).Codes())
}

// What was made of an earlier version is not applied over a later one.
func TestConflict(t *testing.T) {
	s := newScene(t)
	c := s.approved(s.describe(1, "By a contributor."))
	s.Mails()
	s.edit(1, "By an editor.")
	p := s.apply(s.editor, c.ID, 1)
	c = of(p)
	require.Equal(t, "CONFLICTED", c.Status)
	require.Equal(t, []string{"STALE_VERSION patch.updateWork.expectedVersion"}, codes(c.Faults))
	require.Equal(t, "2", c.Faults[0].Params[0].Value)
	var nothing *struct{}
	p.Into("subject", &nothing)
	require.Nil(t, nothing)
	require.Equal(t, "By an editor.", s.description())
	require.Equal(t, "Your contribution clashes with another change", s.Mails()[0].Subject)

	require.Equal(t, []string{"INVALID_STATE id"}, s.submit(s.author, c.ID, 1).Codes(), "it must be given anew")
	require.Equal(t, []string{"BLANK patch"}, s.update(s.author, c.ID, 1, object{"title": "x"}).Codes())
	c = of(s.update(s.author, c.ID, 1, object{"patch": s.describe(2, "By both.")}))
	require.Equal(t, "DRAFT", c.Status)
	require.Equal(t, 2, *c.BaseVersion)
	require.Empty(t, c.Faults)
	of(s.submit(s.author, c.ID, 2))
	require.Equal(t, "APPLIED", of(s.review(s.reviewer, c.ID, 2, "APPROVE", nil)).Status)
	require.Equal(t, "By both.", s.description())

	// The last approval finds the same.
	c = s.submitted(s.describe(3, "Again."))
	s.edit(3, "By an editor, again.")
	c = of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "CONFLICTED", c.Status)
	require.Equal(t, "APPROVE", c.Reviews[0].Decision)
	require.Equal(t, "By an editor, again.", s.description())
}

func codes(faults []writetest.Fault) []string { return writetest.Payload{Faults: faults}.Codes() }

// What else keeps a command from running keeps its contribution from being applied.
func TestConflictWithWhatIsGone(t *testing.T) {
	s := newScene(t)
	person := s.Person("Dante Alighieri")
	c := s.approved(object{"setWorkContributors": object{"id": s.work.String(), "expectedVersion": 1, "contributors": []any{object{"personId": person.String()}}}})
	s.Exec("UPDATE core.persons SET deleted_at = now() WHERE id = $1", person.UUID)
	require.Equal(t, []string{"NOT_FOUND patch.setWorkContributors.contributors.0"}, codes(of(s.apply(s.editor, c.ID, 1)).Faults))
	c = s.approved(s.describe(1, "A poem."))
	s.Exec("UPDATE core.works SET deleted_at = now() WHERE id = $1", s.work.UUID)
	require.Equal(t, []string{"NOT_FOUND patch.updateWork.id"}, codes(of(s.apply(s.editor, c.ID, 1)).Faults))
}

// To state rights is for editors, whoever has approved it; and to open a text asks for
// the password, as it does without a contribution.
func TestRightsWaitForAnEditor(t *testing.T) {
	s := newScene(t)
	c := s.submitted(object{"createTranslation": object{"workId": s.work.String(), "language": "en", "title": "The Comedy", "text": "Midway",
		"rights": object{"status": "PUBLIC_DOMAIN", "evidenceUrl": "https://example.org/"}}})
	require.Equal(t, []string{"en"}, c.Languages)
	c = of(s.review(s.reviewer, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPROVED", c.Status)
	s.Now = s.Now.Add(6 * time.Minute)
	in := object{"id": c.ID, "expectedVersion": 1}
	require.Equal(t, "REAUTH_REQUIRED", s.refused(s.editor, "applyContribution", "ApplyContributionInput", in))
	s.editor.ReauthAt = s.Now
	c = of(s.apply(s.editor, c.ID, 1))
	require.Equal(t, "EXPRESSION", c.Applied.Kind)
	require.Equal(t, 1, writetest.One[int](s.World, `SELECT count(*)::int FROM core.expressions e JOIN core.rights r ON r.subject_id = e.id
		WHERE e.created_by = $1 AND r.determined_by = $2 AND e.text_revision = 1`, s.author.UserID, s.editor.UserID))
}
