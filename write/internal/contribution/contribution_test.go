package contribution_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = `id type status version title message target { id } languages baseVersion baseRevision requiredApprovals author { id } assignee { id }
	reviews { decision comment version superseded reviewer { id } } events { operation from to version actor { id } }
	faults { code field params { name value } } applied { id kind title } appliedVersion submittedAt decidedAt appliedAt`

type made struct {
	ID, Type, Status, Title    string
	Message                    *string
	Version, RequiredApprovals int
	BaseVersion, BaseRevision  *int
	Languages                  []string
	Target, Author, Assignee   *struct{ ID string }
	Reviews                    []struct {
		Decision, Comment string
		Version           int
		Superseded        bool
	}
	Events []struct {
		Operation, From, To string
		Version             int
	}
	Faults                            []writetest.Fault
	Applied                           *struct{ ID, Kind, Title string }
	AppliedVersion                    *int
	SubmittedAt, DecidedAt, AppliedAt *time.Time
}

// scene is a world with those who take part.
type scene struct {
	*writetest.World
	author, reviewer, german, editor *identity.Actor
	work                             publicid.ID
}

func newScene(t *testing.T) *scene {
	t.Helper()
	w := writetest.New(t)
	return &scene{w, w.User(identity.Contributor), w.User(identity.Reviewer, "it", "en"), w.User(identity.Reviewer, "de"), w.User(identity.Editor), w.PublishedWork("it", "La Commedia")}
}

// object is a JSON object of an input.
type object = map[string]any

func with(in object, more object) object {
	out := object{}
	for k, v := range in {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// describe is a patch that gives the work another description.
func (s *scene) describe(version int, words string) object {
	return object{"updateWork": object{"id": s.work.String(), "expectedVersion": version, "patch": object{"description": words}}}
}

func (s *scene) create(a *identity.Actor, patch object, headers ...string) writetest.Payload {
	s.T.Helper()
	return s.Change(a, "createContribution", "CreateContributionInput", "contribution { "+selection+" }", object{"title": "A change", "patch": patch}, headers...)
}

func (s *scene) act(a *identity.Actor, operation, inputType string, in object) writetest.Payload {
	s.T.Helper()
	return s.Change(a, operation, inputType, "contribution { "+selection+" }", in)
}

func (s *scene) update(a *identity.Actor, id string, version int, more object) writetest.Payload {
	s.T.Helper()
	return s.act(a, "updateContribution", "UpdateContributionInput", with(object{"id": id, "expectedVersion": version}, more))
}

func (s *scene) submit(a *identity.Actor, id string, version int) writetest.Payload {
	s.T.Helper()
	return s.act(a, "submitContribution", "SubmitContributionInput", object{"id": id, "expectedVersion": version})
}

func (s *scene) withdraw(a *identity.Actor, id string) writetest.Payload {
	s.T.Helper()
	return s.act(a, "withdrawContribution", "WithdrawContributionInput", object{"id": id})
}

func (s *scene) assign(a *identity.Actor, id string, more object) writetest.Payload {
	s.T.Helper()
	return s.act(a, "assignContribution", "AssignContributionInput", with(object{"id": id}, more))
}

func (s *scene) review(a *identity.Actor, id string, version int, decision string, comment any) writetest.Payload {
	s.T.Helper()
	return s.act(a, "reviewContribution", "ReviewContributionInput", object{"id": id, "contributionVersion": version, "decision": decision, "comment": comment})
}

func (s *scene) apply(a *identity.Actor, id string, version int) writetest.Payload {
	s.T.Helper()
	return s.Change(a, "applyContribution", "ApplyContributionInput", "contribution { "+selection+" } subject { id kind }", object{"id": id, "expectedVersion": version})
}

func of(p writetest.Payload) (c made) {
	p.Ok().Into("contribution", &c)
	return c
}

// submitted is a contribution that waits for review.
func (s *scene) submitted(patch object) made {
	s.T.Helper()
	c := of(s.create(s.author, patch))
	return of(s.submit(s.author, c.ID, c.Version))
}

// approved is one that waits for an editor.
func (s *scene) approved(patch object) made {
	s.T.Helper()
	before := s.Contributions.Config.Apply
	defer func() { s.Contributions.Config.Apply = before }()
	s.Contributions.Config.Apply = "editor"
	c := of(s.review(s.editor, s.submitted(patch).ID, 1, "APPROVE", nil))
	require.Equal(s.T, "APPROVED", c.Status)
	return c
}

// edit changes the work by an editor's own hand.
func (s *scene) edit(version int, words string) {
	s.T.Helper()
	s.Change(s.editor, "updateWork", "UpdateWorkInput", "work { version }", object{"id": s.work.String(), "expectedVersion": version, "patch": object{"description": words}}).Ok()
}

func (s *scene) description() string {
	s.T.Helper()
	return writetest.One[string](s.World, "SELECT coalesce(description, '') FROM core.works WHERE id = $1", s.work.UUID)
}

// ask reads a query's one field.
func ask[V any](s *scene, a *identity.Actor, query string, variables object) (v V) {
	s.T.Helper()
	answer := s.Ask(a, query, variables)
	require.Empty(s.T, answer.Errors)
	for _, field := range answer.Data {
		require.NoError(s.T, json.Unmarshal(field, &v))
	}
	return v
}

// refused is the code of a mutation that is refused as a whole.
func (s *scene) refused(a *identity.Actor, operation, inputType string, in object) string {
	s.T.Helper()
	return s.Ask(a, "mutation($in: "+inputType+"!) { "+operation+"(input: $in) { userErrors { code } } }", object{"in": in}).Code()
}

func uuidOf(t *testing.T, id string) uuid.UUID {
	t.Helper()
	parsed, err := publicid.Parse(id)
	require.NoError(t, err)
	return parsed.UUID
}

func ptr[V any](v V) *V { return &v }

func keysOf(m object) []string { return slices.Sorted(maps.Keys(m)) }
