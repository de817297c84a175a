package contribution_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/tercul/tercul/write/internal/author"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// merge merges one thing into another, by an editor.
func (s *scene) merge(source, into publicid.ID) {
	s.T.Helper()
	table, operation, input, payload := "core.works", "mergeWorks", "MergeWorksInput", "work { id }"
	if source.Kind == "PERSON" {
		table, operation, input, payload = "core.persons", "mergeAuthors", "MergeAuthorsInput", "author { id }"
	}
	versions := []any{}
	for _, id := range []publicid.ID{source, into} {
		versions = append(versions, object{"id": id.String(), "version": writetest.One[int](s.World, "SELECT version FROM "+table+" WHERE id = $1", id.UUID)})
	}
	s.Change(s.editor, operation, input, payload, object{"sourceIds": []any{source.String()}, "targetId": into.String(), "expectedVersions": versions}).Ok()
}

// What is new is made for the survivor, whatever was merged while it waited.
func TestWhatIsNewFollowsAMerge(t *testing.T) {
	s := newScene(t)
	survivor, other := s.PublishedWork("it", "Commedia"), s.Person("Longfellow, H. W.")
	longfellow := s.Person("Longfellow")
	translated := s.submitted(object{"createTranslation": object{"workId": s.work.String(), "language": "en", "title": "The Divine Comedy", "kind": "TRANSLATION",
		"contributors": []any{object{"personId": other.String(), "role": "TRANSLATOR"}}}})
	made := s.submitted(object{"createWork": object{"originalLanguage": "en", "literatureType": "POETRY", "titles": []any{object{"language": "en", "title": "Evangeline", "kind": "PRIMARY"}},
		"contributors": []any{object{"personId": other.String(), "role": "AUTHOR", "certainty": "CERTAIN"}}}})
	s.merge(s.work, survivor)
	s.merge(other, longfellow)

	c := of(s.review(s.editor, translated.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status, c.Faults)
	require.Equal(t, "The Divine Comedy", c.Applied.Title, "a draft has its name for those who see it")
	require.Equal(t, survivor.String(), c.Target.ID)
	require.Equal(t, survivor.UUID, writetest.One[uuid.UUID](s.World, "SELECT e.work_id FROM core.expressions e JOIN core.subjects s ON s.id = e.id WHERE s.public_id = $1", c.Applied.ID))
	c = of(s.review(s.editor, made.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status, c.Faults)
	require.Equal(t, "Evangeline", c.Applied.Title)
	require.Equal(t, 1, writetest.One[int](s.World, "SELECT count(*)::int FROM core.work_contributors w JOIN core.subjects s ON s.id = w.work_id WHERE s.public_id = $1 AND person_id = $2",
		c.Applied.ID, longfellow.UUID))
	require.Equal(t, 1, writetest.One[int](s.World, "SELECT count(*)::int FROM core.expression_contributors WHERE person_id = $1", longfellow.UUID))
}

// An edit of what was merged away is never applied over what came of both: not even
// where the versions are the same by chance. Its author makes it anew, of the survivor.
func TestAnEditOfWhatWasMergedIsInConflict(t *testing.T) {
	s := newScene(t)
	survivor := s.PublishedWork("it", "Commedia")
	s.Exec("UPDATE core.works SET version = 2 WHERE id = $1", s.work.UUID) // which the survivor's will be
	c := s.submitted(s.describe(2, "A poem."))
	s.merge(s.work, survivor)
	require.Equal(t, 2, writetest.One[int](s.World, "SELECT version FROM core.works WHERE id = $1", survivor.UUID))

	a := s.Ask(s.author, "query($id: ID!) { contribution(id: $id) { patch target { id } events { operation version reason } } }", object{"id": c.ID})
	require.Contains(t, string(a.Data["contribution"]), `"patch":{"updateWork":{"expectedVersion":1,"id":"`+survivor.String()+`"`)
	require.Contains(t, string(a.Data["contribution"]),
		`{"operation":"mergeWorks","version":1,"reason":"What it is about, `+s.work.String()+`, was merged into `+survivor.String()+`."}`)

	c = of(s.review(s.editor, c.ID, 1, "APPROVE", nil))
	require.Equal(t, "CONFLICTED", c.Status)
	require.Equal(t, "STALE_VERSION", c.Faults[0].Code)
	require.Equal(t, []string{"patch", "updateWork", "expectedVersion"}, c.Faults[0].Field)
	s.work = survivor
	of(s.update(s.author, c.ID, 1, object{"patch": s.describe(2, "A poem.")}))
	of(s.submit(s.author, c.ID, 2))
	require.Equal(t, "APPLIED", of(s.review(s.editor, c.ID, 2, "APPROVE", nil)).Status)
	require.Equal(t, "A poem.", s.description())
}

// A text that goes with its work to another is the same text: an edit of it is applied.
func TestAnEditOfATextFollowsItsWork(t *testing.T) {
	s := newScene(t)
	survivor := s.PublishedWork("it", "Commedia")
	text := s.PublishedText(s.work, "TRANSLATION", "en", "Midway")
	described := s.submitted(object{"updateTranslation": object{"id": text.String(), "expectedVersion": 1, "patch": object{"title": "The Comedy"}}})
	written := s.submitted(object{"setText": object{"expressionId": text.String(), "expectedRevision": 1, "plainText": "Midway upon"}})
	s.merge(s.work, survivor)
	c := of(s.review(s.editor, described.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status, c.Faults)
	require.Equal(t, "The Comedy", c.Applied.Title)
	c = of(s.review(s.editor, written.ID, 1, "APPROVE", nil))
	require.Equal(t, "APPLIED", c.Status, c.Faults)
}

// The author of a proposed work is merged while the proposal waits for the lock: it is
// made with the survivor.
func TestAppliedDuringAMerge(t *testing.T) {
	c := newCrowd(t, contribution.Config{Approvals: 1})
	source, survivor := c.person("Dante A."), c.person("Dante")
	in := model.CreateWorkInput{
		OriginalLanguage: "it", LiteratureType: "POETRY", Titles: []model.TitleInput{{Language: "it", Title: "Vita nuova", Kind: "PRIMARY"}},
		Contributors: []model.WorkContributorInput{{PersonID: source, Role: "AUTHOR", Certainty: "CERTAIN"}},
	}
	id := must(c, c.author, "createContribution", model.CreateContributionInput{Title: "A work", Patch: model.ContributionPatch{CreateWork: &in}}, c.desk.Create)
	must(c, c.author, "submitContribution", model.SubmitContributionInput{ID: id, ExpectedVersion: 1}, c.desk.Submit)

	merged, released := make(chan struct{}), make(chan struct{})
	var group errgroup.Group
	group.Go(func() error {
		_, faults, err := do(c, c.editors[0], "mergeAuthors", model.MergeAuthorsInput{SourceIds: []publicid.ID{source}, TargetID: survivor,
			ExpectedVersions: []model.ExpectedVersionInput{{ID: source, Version: 1}, {ID: survivor, Version: 1}}}, held(author.Merge, merged, released))
		require.Empty(t, faults)
		return err
	})
	<-merged
	group.Go(func() error {
		_, faults, err := do(c, c.editors[1], "reviewContribution",
			model.ReviewContributionInput{ID: id, ContributionVersion: 1, Decision: model.ReviewDecisionApprove}, c.desk.Review)
		require.Empty(t, faults)
		return err
	})
	c.waiting(1)
	close(released)
	require.NoError(t, group.Wait())
	require.Equal(t, "APPLIED", c.status(id))
	require.Equal(t, 1, one[int](c, "SELECT count(*)::int FROM core.work_contributors WHERE person_id = $1", survivor.UUID))
}

// held is a command that says when it is done, and keeps its locks until it is let go.
func held[In any](body command.Body[In, publicid.ID], done chan<- struct{}, released <-chan struct{}) command.Body[In, publicid.ID] {
	return func(ctx context.Context, tx *command.Tx, in In) (publicid.ID, error) {
		defer func() { <-released }()
		defer close(done)
		return body(ctx, tx, in)
	}
}
