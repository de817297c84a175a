package contribution_test

import (
	"context"
	"encoding/json"
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
)

// trial drives the service and the reference alike.
type trial struct {
	*scene
	ref    *reference
	id     string
	actors map[string]*identity.Actor
}

// agree does a step and holds that both answer the same.
func (d *trial) agree(t *rapid.T, actor, want, operation string, in object) {
	t.Helper()
	input := strings.ToUpper(operation[:1]) + operation[1:] + "Input"
	a := d.Ask(d.actors[actor], "mutation($in: "+input+"!) { "+operation+"(input: $in) { contribution { status } userErrors { code } } }",
		object{"in": with(object{"id": d.id}, in)})
	got := "ROLE"
	if a.Code() != "FORBIDDEN" {
		require.Empty(t, a.Errors)
		got = firstCode(t, a.Data[operation])
	}
	require.Equal(t, want, got, "%s by %s", operation, actor)
}

func (d *trial) update(t *rapid.T, actor string, version, base int) {
	d.agree(t, actor, d.ref.update(actor, version, base), "updateContribution", object{"expectedVersion": version, "patch": d.describe(base, "Anew.")})
}

func (d *trial) submit(t *rapid.T, actor string, version int) {
	d.agree(t, actor, d.ref.submit(actor, version), "submitContribution", object{"expectedVersion": version})
}

func (d *trial) review(t *rapid.T, actor, decision string, version int) {
	d.agree(t, actor, d.ref.review(actor, decision, version), "reviewContribution",
		object{"contributionVersion": version, "decision": decision, "comment": "A reason to give."})
}

func (d *trial) apply(t *rapid.T, actor string, version int) {
	d.agree(t, actor, d.ref.apply(actor, version), "applyContribution", object{"expectedVersion": version})
}

func (d *trial) edit(*rapid.T) {
	d.scene.edit(d.ref.work, "By an editor.")
	d.ref.work++
}

// advance does what leads on from here, so that all states are reached.
func (d *trial) advance(t *rapid.T) {
	switch r := d.ref; {
	case r.in("CONFLICTED"), r.in("DRAFT", "CHANGES_REQUESTED") && r.base != r.work:
		d.update(t, "author", r.version, r.work)
	case r.in("DRAFT", "CHANGES_REQUESTED"):
		d.submit(t, "author", r.version)
	case r.in("SUBMITTED", "IN_REVIEW"):
		d.review(t, rapid.SampledFrom(who[2:]).Draw(t, "reviewer"), "APPROVE", r.version)
	case r.in("APPROVED"):
		d.apply(t, "editor", r.version)
	}
}

// any does anything, by anybody, with a version that may be wrong.
func (d *trial) any() map[string]func(*rapid.T) {
	actor, decision := rapid.SampledFrom(who), rapid.SampledFrom([]string{"APPROVE", "REQUEST_CHANGES", "REQUEST_CHANGES", "REJECT"})
	off := rapid.SampledFrom([]int{0, 0, 0, 1})
	return map[string]func(*rapid.T){
		"update": func(t *rapid.T) {
			d.update(t, actor.Draw(t, "actor"), d.ref.version+off.Draw(t, "version"), d.ref.work+off.Draw(t, "base"))
		},
		"submit": func(t *rapid.T) { d.submit(t, actor.Draw(t, "actor"), d.ref.version+off.Draw(t, "version")) },
		"withdraw": func(t *rapid.T) {
			w := actor.Draw(t, "actor")
			d.agree(t, w, d.ref.withdraw(w), "withdrawContribution", nil)
		},
		"assign": func(t *rapid.T) {
			w := actor.Draw(t, "actor")
			d.agree(t, w, d.ref.assign(w), "assignContribution", nil)
		},
		"review": func(t *rapid.T) {
			d.review(t, actor.Draw(t, "actor"), decision.Draw(t, "decision"), d.ref.version+off.Draw(t, "version"))
		},
		"apply": func(t *rapid.T) { d.apply(t, actor.Draw(t, "actor"), d.ref.version+off.Draw(t, "version")) },
		"edit":  d.edit, "edit again": d.edit,
		"advance": d.advance, "advance more": d.advance,
	}
}

// holds compares the states.
func (d *trial) holds(t *rapid.T) {
	var status string
	var version, work, events, applied int
	id, err := publicid.Parse(d.id)
	require.NoError(t, err)
	require.NoError(t, d.Tx.QueryRow(context.Background(), `SELECT c.status, c.version, w.version,
			(SELECT count(*) FROM core.contribution_events e WHERE e.contribution_id = c.id),
			(SELECT count(*) FROM core.revisions r WHERE r.contribution_id = c.id)
		FROM core.contributions c, core.works w WHERE c.id = $1 AND w.id = $2`, id.UUID, d.work.UUID).Scan(&status, &version, &work, &events, &applied))
	require.Equal(t, []any{d.ref.status, d.ref.version, d.ref.work, d.ref.events}, []any{status, version, work, events})
	require.Equal(t, status == "APPLIED", applied == 1)
}

// Whoever does whatever in whatever order: the service and the reference agree about
// every answer and every state, and nothing happens to the work but what was approved.
func TestAgainstTheReference(t *testing.T) {
	fewer(t)
	seen, outer := map[string]int{}, t
	rapid.Check(t, func(t *rapid.T) {
		s := newScene(outer)
		defer func() { require.NoError(t, s.Tx.Rollback(context.Background())) }()
		d := &trial{scene: s, actors: map[string]*identity.Actor{
			"author": s.author, "other": s.User(identity.Contributor), "reviewer": s.reviewer, "second": s.User(identity.Reviewer, "it", "de"),
			"german": s.german, "editor": s.editor, "admin": s.User(identity.Admin),
		}}
		d.ref = &reference{
			status: "DRAFT", version: 1, base: 1, work: 1, approvals: map[string]bool{}, events: 1,
			required: rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "required"), automatic: rapid.Bool().Draw(t, "automatic"),
		}
		s.Contributions.Approvals, s.Contributions.Config.Apply = d.ref.required, map[bool]string{true: "approved", false: "editor"}[d.ref.automatic]
		d.id = of(s.create(s.author, s.describe(1, "At first."))).ID
		steps := d.any()
		steps[""] = func(t *rapid.T) { d.holds(t); seen[d.ref.status]++ }
		t.Repeat(steps)
	})
	t.Log(seen)
	for _, status := range []string{"DRAFT", "SUBMITTED", "IN_REVIEW", "APPLIED"} {
		require.NotZero(t, seen[status], "%s was never reached", status)
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

// firstCode is the code of the first of the userErrors; empty without any.
func firstCode(t *rapid.T, payload []byte) string {
	var p struct{ UserErrors []struct{ Code string } }
	require.NoError(t, json.Unmarshal(payload, &p))
	if len(p.UserErrors) == 0 {
		return ""
	}
	return p.UserErrors[0].Code
}
