package contribution_test

import (
	"encoding/json"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/identity"
)

// reference is what a contribution is, told without a database.
type reference struct {
	status    string
	version   int
	base      int             // the version of the work that it was made of
	work      int             // the version of the work that there is
	submitted bool            // ever
	approvals map[string]bool // of this version, by whom
	required  int
	automatic bool
	assignee  string
	events    int
}

// who acts. The reviewer of German holds no language of the work's.
var who = []string{"author", "other", "reviewer", "second", "german", "editor", "admin"}

func reviews(actor string) bool { return actor == "reviewer" || actor == "second" || edits(actor) }
func edits(actor string) bool   { return actor == "editor" || actor == "admin" }
func member(actor string) bool  { return actor == "author" || actor == "other" }

func (r *reference) in(states ...string) bool {
	for _, s := range states {
		if r.status == s {
			return true
		}
	}
	return false
}

func (r *reference) to(status string) { r.status, r.events = status, r.events+1 }

// own is what a step of the author's answers to others: nothing where all is well.
func (r *reference) own(actor string) string {
	switch {
	case actor == "author":
		return ""
	case !r.submitted || member(actor):
		return "NOT_FOUND"
	}
	return "FORBIDDEN"
}

func (r *reference) update(actor string, version, base int) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case version != r.version:
		return "STALE_VERSION"
	case !r.in("DRAFT", "CHANGES_REQUESTED", "CONFLICTED"):
		return "INVALID_STATE"
	case base != r.work:
		return "STALE_VERSION"
	}
	r.version, r.base, r.approvals = r.version+1, base, map[string]bool{}
	if r.status == "CONFLICTED" {
		r.status = "DRAFT"
	}
	r.to(r.status)
	return ""
}

func (r *reference) submit(actor string, version int) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case version != r.version:
		return "STALE_VERSION"
	case !r.in("DRAFT", "CHANGES_REQUESTED"):
		return "INVALID_STATE"
	case r.base != r.work:
		return "STALE_VERSION"
	}
	r.submitted, r.approvals, r.assignee = true, map[string]bool{}, ""
	r.to("SUBMITTED")
	return ""
}

func (r *reference) withdraw(actor string) string {
	switch code := r.own(actor); {
	case code != "":
		return code
	case r.in("APPLIED", "REJECTED", "WITHDRAWN"):
		return "INVALID_STATE"
	}
	r.to("WITHDRAWN")
	return ""
}

// refuses is what a step of reviewers answers before anything else.
func (r *reference) refuses(actor string, version int, states ...string) string {
	switch {
	case !r.submitted:
		return "NOT_FOUND"
	case version != 0 && version != r.version:
		return "STALE_VERSION"
	case !r.in(states...):
		return "INVALID_STATE"
	}
	return ""
}

func (r *reference) assign(actor string) string {
	if member(actor) {
		return "ROLE"
	}
	switch code := r.refuses(actor, 0, "SUBMITTED", "IN_REVIEW"); {
	case code != "":
		return code
	case !reviews(actor):
		return "LANGUAGE_NOT_HELD"
	case r.assignee != "" && r.assignee != actor && !edits(actor):
		return "INVALID_STATE"
	}
	r.assignee = actor
	r.to("IN_REVIEW")
	return ""
}

func (r *reference) review(actor, decision string, version int) string {
	if member(actor) {
		return "ROLE"
	}
	switch code := r.refuses(actor, version, "SUBMITTED", "IN_REVIEW"); {
	case code != "":
		return code
	case !reviews(actor):
		return "LANGUAGE_NOT_HELD"
	}
	switch decision {
	case "REJECT":
		r.to("REJECTED")
	case "REQUEST_CHANGES":
		r.to("CHANGES_REQUESTED")
	default:
		if r.approvals[actor] = true; len(r.approvals) < r.required {
			r.to("IN_REVIEW")
			return ""
		}
		if r.to("APPROVED"); r.automatic {
			r.land()
		}
	}
	return ""
}

func (r *reference) apply(actor string, version int) string {
	if !edits(actor) {
		return "ROLE"
	}
	if code := r.refuses(actor, version, "APPROVED"); code != "" {
		return code
	}
	r.land()
	return ""
}

// land applies it, or finds that the work has moved on.
func (r *reference) land() {
	if r.base != r.work {
		r.to("CONFLICTED")
		return
	}
	r.work++
	r.to("APPLIED")
}

// Whoever does whatever in whatever order: the service and the reference agree about
// every answer and every state, and nothing happens to the work but what was approved.
func TestAgainstTheReference(t *testing.T) {
	fewer(t)
	seen := map[string]bool{}
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		s := newScene(outer)
		defer func() { require.NoError(t, s.Tx.Rollback(outer.Context())) }()
		actors := map[string]*identity.Actor{
			"author": s.User(identity.Contributor), "other": s.User(identity.Contributor), "reviewer": s.User(identity.Reviewer, "it"),
			"second": s.User(identity.Reviewer, "it", "de"), "german": s.User(identity.Reviewer, "de"), "editor": s.User(identity.Editor), "admin": s.User(identity.Admin),
		}
		r := &reference{status: "DRAFT", version: 1, base: 1, work: 1, approvals: map[string]bool{}, events: 1,
			required: rapid.IntRange(1, 3).Draw(t, "required"), automatic: rapid.Bool().Draw(t, "automatic")}
		s.Contributions.Approvals, s.Contributions.Config.Apply = r.required, map[bool]string{true: "approved", false: "editor"}[r.automatic]
		id := of(s.create(actors["author"], s.describe(1, "At first."))).ID
		actor := rapid.SampledFrom(who)
		// Steps that can be done come often enough to get to the end.
		by := func(t *rapid.T, usual ...string) string {
			return rapid.OneOf(rapid.SampledFrom(usual), rapid.SampledFrom(usual), actor).Draw(t, "actor")
		}
		version := func(t *rapid.T) int {
			return r.version + rapid.SampledFrom([]int{0, 0, 0, 0, 1}).Draw(t, "ahead")
		}
		agree := func(t *rapid.T, want string, operation, input string, in object) {
			t.Helper()
			a := s.Ask(actors[in["who"].(string)], "mutation($in: "+input+"!) { "+operation+"(input: $in) { contribution { status } userErrors { code } } }", object{"in": without(in, "who")})
			got := ""
			if a.Code() == "FORBIDDEN" {
				got = "ROLE"
			} else {
				require.Empty(t, a.Errors)
				got = firstCode(t, a.Data[operation])
			}
			require.Equal(t, want, got, operation)
		}
		t.Repeat(map[string]func(*rapid.T){
			"update": func(t *rapid.T) {
				who, v, base := by(t, "author"), version(t), r.work-rapid.SampledFrom([]int{0, 0, 0, -1}).Draw(t, "behind")
				agree(t, r.update(who, v, base), "updateContribution", "UpdateContributionInput", object{"who": who, "id": id, "expectedVersion": v, "patch": s.describe(base, "Anew.")})
			},
			"submit": func(t *rapid.T) {
				who, v := by(t, "author"), version(t)
				agree(t, r.submit(who, v), "submitContribution", "SubmitContributionInput", object{"who": who, "id": id, "expectedVersion": v})
			},
			"withdraw": func(t *rapid.T) {
				if who := by(t, "other", "editor"); who != "author" || rapid.IntRange(0, 3).Draw(t, "seldom") == 0 {
					agree(t, r.withdraw(who), "withdrawContribution", "WithdrawContributionInput", object{"who": who, "id": id})
				}
			},
			"assign": func(t *rapid.T) {
				who := by(t, "reviewer", "second", "editor")
				agree(t, r.assign(who), "assignContribution", "AssignContributionInput", object{"who": who, "id": id})
			},
			"review": func(t *rapid.T) {
				who, v := by(t, "reviewer", "second", "editor"), version(t)
				decision := rapid.SampledFrom([]string{"APPROVE", "APPROVE", "APPROVE", "REQUEST_CHANGES", "REJECT"}).Draw(t, "decision")
				agree(t, r.review(who, decision, v), "reviewContribution", "ReviewContributionInput",
					object{"who": who, "id": id, "contributionVersion": v, "decision": decision, "comment": "A reason to give."})
			},
			"apply": func(t *rapid.T) {
				who, v := by(t, "editor", "admin"), version(t)
				agree(t, r.apply(who, v), "applyContribution", "ApplyContributionInput", object{"who": who, "id": id, "expectedVersion": v})
			},
			"edit": func(t *rapid.T) {
				if rapid.IntRange(0, 2).Draw(t, "seldom") == 0 {
					s.edit(r.work, "By an editor.")
					r.work++
				}
			},
			"": func(t *rapid.T) {
				var status string
				var version, work, events, applied int
				require.NoError(t, s.Tx.QueryRow(outer.Context(), `SELECT c.status, c.version, w.version,
					(SELECT count(*) FROM core.contribution_events e WHERE e.contribution_id = c.id),
					(SELECT count(*) FROM core.revisions r WHERE r.contribution_id = c.id)
					FROM core.contributions c, core.works w WHERE c.id = $1 AND w.id = $2`, uuidOf(outer, id), s.work.UUID).
					Scan(&status, &version, &work, &events, &applied))
				seen[status] = true
				require.Equal(t, []any{r.status, r.version, r.work, r.events}, []any{status, version, work, events})
				require.Equal(t, status == "APPLIED", applied == 1)
			},
		})
	})
	for _, status := range []string{"APPLIED", "APPROVED", "CHANGES_REQUESTED", "CONFLICTED", "DRAFT", "IN_REVIEW", "REJECTED", "SUBMITTED", "WITHDRAWN"} {
		require.True(t, seen[status], "%s was never reached", status)
	}
}

// fewer checks are enough where each does a hundred things on a database; the flag
// -rapid.checks asks for more.
func fewer(t *testing.T) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		require.NoError(t, checks.Value.Set("20"))
		t.Cleanup(func() { require.NoError(t, checks.Value.Set(checks.DefValue)) })
	}
}

func without(in object, field string) object {
	out := with(in, nil)
	delete(out, field)
	return out
}

// firstCode is the code of the first of the userErrors; empty without any.
func firstCode(t *rapid.T, payload []byte) string {
	var p struct{ UserErrors []struct{ Code string } }
	require.NoError(t, json.Unmarshal(payload, &p))
	if len(p.UserErrors) == 0 {
		return ""
	}
	return p.UserErrors[0].Code
}
