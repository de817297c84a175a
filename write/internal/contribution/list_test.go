package contribution_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
)

type list struct {
	Nodes    []struct{ ID, Title, Status string }
	Edges    []struct{ Cursor string }
	PageInfo struct {
		HasNextPage bool
		EndCursor   string
	}
}

func (l list) ids() (out []string) {
	for _, n := range l.Nodes {
		out = append(out, n.ID)
	}
	return out
}

const listed = " { nodes { id title status } edges { cursor } pageInfo { hasNextPage endCursor } } }"

func (s *scene) list(a *identity.Actor, more object) list {
	s.T.Helper()
	return ask[list](s, a, `query($filter: ContributionFilter, $sort: ContributionSort! = NEWEST, $first: Int, $after: String) {
		contributions(filter: $filter, sort: $sort, first: $first, after: $after)`+listed, more)
}

func (s *scene) queue(a *identity.Actor, more object) list {
	s.T.Helper()
	return ask[list](s, a, `query($language: LanguageTag, $type: ContributionType, $first: Int, $after: String) {
		reviewQueue(language: $language, type: $type, first: $first, after: $after)`+listed, more)
}

// later lets a second pass, so that the order of things is told by their times.
func (s *scene) later() { s.Now = s.Now.Add(time.Second) }

func TestWhoSeesWhat(t *testing.T) {
	s := newScene(t)
	draft := of(s.create(s.author, s.describe(1, "A draft.")))
	s.later()
	open := s.submitted(s.describe(1, "Submitted."))
	other := s.User(identity.Contributor)
	one := func(a *identity.Actor, id string) bool {
		const query = "query($id: ID!) { contribution(id: $id) { id } }"
		return ask[*struct{ ID string }](s, a, query, object{"id": id}) != nil
	}
	diff := func(a *identity.Actor, id string) bool {
		return ask[*struct{ Stale bool }](s, a, "query($id: ID!) { contributionDiff(id: $id) { stale } }", object{"id": id}) != nil
	}
	for _, sees := range []func(*identity.Actor, string) bool{one, diff} {
		for who, want := range map[*identity.Actor][2]bool{s.author: {true, true}, other: {false, false}, s.german: {false, true}, s.editor: {false, true}} {
			require.Equal(t, want, [2]bool{sees(who, draft.ID), sees(who, open.ID)}, who.Role)
		}
		require.False(t, sees(s.editor, "ctrb_01h455vb4pex5vsknk084sn02q"))
	}
	require.Equal(t, []string{open.ID, draft.ID}, s.list(s.author, nil).ids())
	require.Empty(t, s.list(other, nil).ids())
	require.Equal(t, []string{open.ID}, s.list(s.german, nil).ids())
	require.Equal(t, []string{open.ID}, s.list(s.editor, nil).ids())
	const query = "{ contributions { nodes { id } } }"
	require.Equal(t, "UNAUTHENTICATED", s.Ask(nil, query, nil).Code())
	require.Equal(t, "FORBIDDEN", s.Ask(s.author, "{ reviewQueue { nodes { id } } }", nil).Code())
}

func TestLists(t *testing.T) {
	s := newScene(t)
	first := s.submitted(s.describe(1, "The first."))
	s.later()
	second := s.submitted(object{"createAuthor": object{"names": []any{object{"language": "en", "name": "Longfellow"}}}})
	s.later()
	third := s.submitted(object{"createWork": newWork(s)})
	s.later()
	of(s.assign(s.reviewer, first.ID, nil))
	sorted := func(sort string) []string { return s.list(s.editor, object{"sort": sort}).ids() }
	require.Equal(t, []string{third.ID, second.ID, first.ID}, sorted("NEWEST"))
	require.Equal(t, []string{first.ID, second.ID, third.ID}, sorted("OLDEST"))
	require.Equal(t, []string{first.ID, third.ID, second.ID}, sorted("UPDATED"))
	for name, c := range map[string]struct {
		filter object
		want   []string
	}{
		"status":   {object{"status": []string{"IN_REVIEW"}}, []string{first.ID}},
		"type":     {object{"type": []string{"CREATE_AUTHOR", "CREATE_WORK"}}, []string{third.ID, second.ID}},
		"language": {object{"language": "de"}, []string{third.ID, second.ID}},
		"target":   {object{"targetId": s.work.String()}, []string{first.ID}},
		"author":   {object{"authorId": publicid.Of("USER", s.editor.UserID).String()}, nil},
		"assignee": {object{"assigneeId": publicid.Of("USER", s.reviewer.UserID).String()}, []string{first.ID}},
		"several":  {object{"language": "it", "type": []string{"EDIT_WORK"}}, []string{first.ID}},
	} {
		require.Equal(t, c.want, s.list(s.editor, object{"filter": c.filter}).ids(), name)
	}

	page := s.list(s.editor, object{"first": 2})
	require.Equal(t, []string{third.ID, second.ID}, page.ids())
	require.True(t, page.PageInfo.HasNextPage)
	require.Equal(t, page.Edges[1].Cursor, page.PageInfo.EndCursor)
	page = s.list(s.editor, object{"first": 2, "after": page.PageInfo.EndCursor})
	require.Equal(t, []string{first.ID}, page.ids())
	require.False(t, page.PageInfo.HasNextPage)
	const query = "query($sort: ContributionSort!, $first: Int, $after: String) { contributions(sort: $sort, first: $first, after: $after) { nodes { id } } }"
	require.Equal(t, "BAD_REQUEST", s.Ask(s.editor, query, object{"sort": "OLDEST", "after": page.PageInfo.EndCursor}).Code(), "a cursor is of one order")
	require.Equal(t, "BAD_REQUEST", s.Ask(s.editor, query, object{"sort": "NEWEST", "first": 101}).Code())

	mine := func(status ...string) []string {
		return ask[list](s, s.author, "query($status: [ContributionStatus!]) { viewerContributions(status: $status)"+listed, object{"status": status}).ids()
	}
	require.Equal(t, []string{third.ID, second.ID, first.ID}, mine())
	require.Equal(t, []string{third.ID, second.ID}, mine("SUBMITTED"))
	require.Empty(t, ask[list](s, s.editor, "{ viewerContributions"+listed, nil).ids())
}

func TestReviewQueue(t *testing.T) {
	s := newScene(t)
	s.Contributions.Approvals = 2
	italian := s.submitted(s.describe(1, "Italian."))
	s.later()
	german := s.submitted(object{"createWork": newWork(s)})
	s.later()
	anybodys := s.submitted(object{"createAuthor": object{"names": []any{object{"language": "en", "name": "Longfellow"}}}})
	of(s.create(s.author, s.describe(1, "A draft.")))
	own := of(s.create(s.reviewer, s.describe(1, "A reviewer's own.")))
	s.later()
	of(s.submit(s.reviewer, own.ID, 1))

	require.Equal(t, []string{italian.ID, anybodys.ID}, s.queue(s.reviewer, nil).ids(), "of the languages held, the oldest first, and nothing of one's own")
	require.Equal(t, []string{german.ID, anybodys.ID}, s.queue(s.german, nil).ids())
	require.Equal(t, []string{italian.ID, german.ID, anybodys.ID, own.ID}, s.queue(s.editor, nil).ids())
	require.Equal(t, []string{german.ID, anybodys.ID}, s.queue(s.editor, object{"language": "de"}).ids())
	require.Equal(t, []string{italian.ID}, s.queue(s.reviewer, object{"type": "EDIT_WORK"}).ids())
	require.Empty(t, s.queue(s.reviewer, object{"language": "de", "type": "CREATE_WORK"}).ids(), "a language that is not held")
	require.Equal(t, []string{anybodys.ID}, s.queue(s.User(identity.Reviewer), nil).ids(), "no language, and what is of none")
	page := s.queue(s.editor, object{"first": 1})
	require.Equal(t, []string{german.ID}, s.queue(s.editor, object{"first": 1, "after": page.PageInfo.EndCursor}).ids())

	of(s.review(s.reviewer, italian.ID, 1, "APPROVE", nil))
	require.Equal(t, []string{anybodys.ID}, s.queue(s.reviewer, nil).ids(), "done for one's part")
	require.Contains(t, s.queue(s.editor, nil).ids(), italian.ID)
	of(s.review(s.editor, italian.ID, 1, "APPROVE", nil))
	require.NotContains(t, s.queue(s.editor, nil).ids(), italian.ID)
	// Whoever asked for changes sees it again when it comes back.
	of(s.review(s.reviewer, anybodys.ID, 1, "REQUEST_CHANGES", "Say when he lived."))
	require.Empty(t, s.queue(s.reviewer, nil).ids())
	of(s.submit(s.author, anybodys.ID, 1))
	require.Equal(t, []string{anybodys.ID}, s.queue(s.reviewer, nil).ids())
}

func TestDrafts(t *testing.T) {
	s := newScene(t)
	mine := of(s.review(s.german, s.submitted(object{"createWork": newWork(s)}).ID, 1, "APPROVE", nil)).Applied.ID
	var theirs struct{ ID string }
	s.Change(s.editor, "createWork", "CreateWorkInput", "work { id }", with(newWork(s), object{"originalLanguage": "it"})).Ok().Into("work", &theirs)
	s.Exec("UPDATE core.persons SET status = 'DRAFT' WHERE id = (SELECT min(id::text)::uuid FROM core.persons)")
	drafts := func(a *identity.Actor, kind string, filter object) []string {
		return ask[list](s, a, "query($kind: SubjectKind!, $filter: DraftFilter) { drafts(kind: $kind, filter: $filter) { nodes { id title } } }", object{"kind": kind, "filter": filter}).ids()
	}
	require.Equal(t, []string{mine}, drafts(s.author, "WORK", nil), "their own")
	require.Empty(t, drafts(s.reviewer, "WORK", nil))
	require.Equal(t, []string{theirs.ID, mine}, drafts(s.editor, "WORK", nil))
	require.Equal(t, []string{mine}, drafts(s.editor, "WORK", object{"language": "de"}))
	require.Equal(t, []string{mine}, drafts(s.editor, "WORK", object{"authorId": publicid.Of("USER", s.author.UserID).String()}))
	require.Len(t, drafts(s.author, "EXPRESSION", nil), 1, "with its original text")
	require.Len(t, drafts(s.editor, "EXPRESSION", nil), 2)
	require.Len(t, drafts(s.editor, "EXPRESSION", object{"language": "de"}), 1)
	require.Len(t, drafts(s.editor, "PERSON", nil), 1)
	require.Len(t, drafts(s.editor, "PERSON", object{"language": "en"}), 1)
	require.Empty(t, drafts(s.editor, "PERSON", object{"language": "it"}))
	require.Empty(t, drafts(s.editor, "TAG", nil), "what is never a draft")
	title := ask[list](s, s.author, "{ drafts(kind: WORK) { nodes { id title } } }", nil).Nodes[0].Title
	require.Equal(t, "Faust", title)
	page := ask[list](s, s.editor, "{ drafts(kind: WORK, first: 1) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }", nil)
	require.True(t, page.PageInfo.HasNextPage)
	page = ask[list](s, s.editor, "query($after: String) { drafts(kind: WORK, first: 1, after: $after) { nodes { id } } }", object{"after": page.PageInfo.EndCursor})
	require.Equal(t, []string{mine}, page.ids())
	require.Equal(t, "FORBIDDEN", s.Ask(s.User(identity.Reader), "{ drafts(kind: WORK) { nodes { id } } }", nil).Code())
	require.Equal(t, "UNAUTHENTICATED", s.Ask(nil, "{ drafts(kind: WORK) { nodes { id } } }", nil).Code())
	s.Exec("UPDATE core.works SET deleted_at = now() WHERE id = $1", uuidOf(t, mine))
	require.Empty(t, drafts(s.author, "WORK", nil))
}
