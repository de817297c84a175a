package alignment_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

type textLine struct {
	Position     int
	Ref, Content string
}

type reviewed struct {
	ID, Status                           string
	Version, LeftRevision, RightRevision int
	GroupCount, StaleCount               int
	Left, Right                          struct{ ID, Title, Language, Kind string }
	Author, ApprovedBy                   *struct{ Username string }
	Rows                                 struct {
		Nodes []struct {
			Group                 int
			Left, Right           *span
			Stale                 bool
			LeftLines, RightLines []textLine
		}
		PageInfo pageInfo
	}
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   string
}

type listed struct {
	Nodes    []reviewed
	Edges    []struct{ Cursor string }
	PageInfo pageInfo
}

func (l listed) ids() []string {
	out := []string{}
	for _, n := range l.Nodes {
		out = append(out, n.ID)
	}
	return out
}

// shipped runs a document of write/operations, which is what others than editors may.
func shipped[T any](w *writetest.World, a *identity.Actor, name, field string, variables map[string]any) (out T) {
	w.T.Helper()
	files, err := write.Operations()
	require.NoError(w.T, err)
	text, err := fs.ReadFile(files, name+".graphql")
	require.NoError(w.T, err)
	answer := w.Ask(a, string(text), variables)
	require.Empty(w.T, answer.Errors)
	require.NoError(w.T, json.Unmarshal(answer.Data[field], &out))
	return out
}

func list(w *writetest.World, a *identity.Actor, variables map[string]any) listed {
	w.T.Helper()
	return shipped[listed](w, a, "Alignments", "alignments", variables)
}

func filtered(w *writetest.World, a *identity.Actor, filter map[string]any) []string {
	w.T.Helper()
	return list(w, a, map[string]any{"filter": filter}).ids()
}

func read(w *writetest.World, a *identity.Actor, id string, more map[string]any) *reviewed {
	w.T.Helper()
	variables := map[string]any{"id": id}
	for k, v := range more {
		variables[k] = v
	}
	return shipped[*reviewed](w, a, "Alignment", "alignment", variables)
}

func suggest(w *writetest.World, a *identity.Actor, left, right publicid.ID, groups ...map[string]any) string {
	w.T.Helper()
	w.Now = w.Now.Add(time.Second)
	var made alignment
	upsert(w, a, input(left, right, groups...)).Ok().Into("alignment", &made)
	return made.ID
}

// A reviewer finds what waits, reads it with its lines, and approves what was read.
func TestReviewFromTheList(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	author, reviewer := w.User(identity.Contributor), w.User(identity.Reviewer, "en")
	id := suggest(w, author, original, translation)
	found := list(w, reviewer, map[string]any{"filter": map[string]any{"waiting": true}})
	require.Equal(t, []string{id}, found.ids())
	one := found.Nodes[0]
	require.Equal(t, "SUGGESTED", one.Status)
	require.Equal(t, author.Username, one.Author.Username)
	require.Equal(t, []any{"it", "ORIGINAL", "en", "TRANSLATION"}, []any{one.Left.Language, one.Left.Kind, one.Right.Language, one.Right.Kind})
	require.Equal(t, []int{1, 1, 3, 0}, []int{one.LeftRevision, one.RightRevision, one.GroupCount, one.StaleCount})

	got := read(w, reviewer, id, nil).Rows.Nodes
	require.Len(t, got, 4, "a linear group line by line")
	require.Equal(t, textLine{2, "2", "b"}, got[1].LeftLines[0])
	require.Equal(t, textLine{2, "2", "B"}, got[1].RightLines[0])
	require.Nil(t, got[2].Right)
	require.Empty(t, got[2].RightLines)
	require.Equal(t, []textLine{{4, "4", "d"}, {5, "5", "e"}}, got[3].LeftLines)
	require.Equal(t, &span{4, 5}, got[3].Left)

	approve(w, reviewer, id, one.Version).Ok()
	require.Empty(t, filtered(w, reviewer, map[string]any{"waiting": true}))
	require.Equal(t, reviewer.Username, read(w, author, id, nil).ApprovedBy.Username)
}

// What an edit made stale waits again, in the texts as they are now; to approve it is
// to say that it is right.
func TestConfirmWhatIsStale(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	editor, reviewer := w.User(identity.Editor), w.User(identity.Reviewer, "it")
	id := suggest(w, editor, original, translation)
	require.Equal(t, []string{"INVALID_STATE id"}, approve(w, reviewer, id, 1).Codes(), "nothing is stale")
	w.Change(editor, "setText", "SetTextInput", "translation { id }", map[string]any{"expressionId": translation.String(), "expectedRevision": 1, "plainText": "A\nB!\nC\nD"}).Ok()
	found := list(w, reviewer, map[string]any{"filter": map[string]any{"waiting": true, "stale": true}})
	require.Equal(t, []string{id}, found.ids())
	require.Equal(t, []int{1, 2}, []int{found.Nodes[0].StaleCount, found.Nodes[0].RightRevision})
	rows := read(w, reviewer, id, nil).Rows.Nodes
	require.True(t, rows[1].Stale)
	require.Equal(t, "B!", rows[1].RightLines[0].Content)
	require.Empty(t, filtered(w, w.User(identity.Reviewer, "de"), nil))
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, approve(w, reviewer, id, 1).Codes())
	approve(w, reviewer, id, found.Nodes[0].Version).Ok()
	require.Empty(t, filtered(w, reviewer, map[string]any{"waiting": true}))
	require.Zero(t, read(w, editor, id, nil).StaleCount)
	require.Equal(t, "APPROVED", read(w, editor, id, nil).Status)
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM core.alignment_origins"), "it is of the present texts")
}

func TestFilters(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	work := publicid.Of("WORK", original.UUID)
	work.UUID = writetest.One[[16]byte](w, "SELECT work_id FROM core.expressions WHERE id = $1", original.UUID)
	w.Exec("INSERT INTO core.languages (tag, iso639_3, script, direction, name_en) VALUES ('de-AT', 'deu', 'Latn', 'LTR', 'Austrian German')")
	german := w.PublishedText(work, "TRANSLATION", "de-AT", "A\nB\nC\nD")
	other, otherEnglish := texts(w)
	author, editor := w.User(identity.Contributor), w.User(identity.Editor)
	one, two := suggest(w, author, original, translation), suggest(w, editor, original, german)
	three, four := suggest(w, author, translation, german, group(lines(1, 1), lines(1, 1))), suggest(w, editor, other, otherEnglish)
	require.Equal(t, []string{four, three, two, one}, filtered(w, editor, nil))
	for name, c := range map[string]struct {
		filter map[string]any
		want   []string
	}{
		"work":                 {map[string]any{"workId": work.String()}, []string{three, two, one}},
		"text":                 {map[string]any{"expressionIds": []string{german.String()}}, []string{three, two}},
		"two texts":            {map[string]any{"expressionIds": []string{german.String(), original.String()}}, []string{two}},
		"one text twice":       {map[string]any{"expressionIds": []string{german.String(), german.String()}}, []string{three, two}},
		"more texts than two":  {map[string]any{"expressionIds": many(german, original)}, []string{}},
		"language":             {map[string]any{"languages": []string{"de"}}, []string{three, two}},
		"two languages":        {map[string]any{"languages": []string{"de", "en"}}, []string{three}},
		"two, turned about":    {map[string]any{"languages": []string{"en", "de"}}, []string{three}},
		"one language twice":   {map[string]any{"languages": []string{"en", "en"}}, []string{}},
		"more than it can be":  {map[string]any{"languages": []string{"en", "de", "it"}}, []string{}},
		"a subtag is narrower": {map[string]any{"languages": []string{"de-CH"}}, []string{}},
		"status":               {map[string]any{"status": []string{"APPROVED"}}, []string{four, two}},
		"stale":                {map[string]any{"stale": true}, []string{}},
		"not stale":            {map[string]any{"stale": false, "status": []string{"SUGGESTED"}}, []string{three, one}},
		"author":               {map[string]any{"authorId": publicid.Of("USER", author.UserID).String()}, []string{three, one}},
		"waiting":              {map[string]any{"waiting": true}, []string{three, one}},
		"not waiting":          {map[string]any{"waiting": false}, []string{four, two}},
		"several":              {map[string]any{"workId": work.String(), "status": []string{"SUGGESTED"}, "languages": []string{"it"}}, []string{one}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, filtered(w, editor, c.filter)) })
	}
}

func TestPages(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	var made []string
	for range 3 {
		original, translation := texts(w)
		made = append(made, suggest(w, editor, original, translation))
	}
	for sort, want := range map[string][]string{"NEWEST": {made[2], made[1], made[0]}, "OLDEST": made, "UPDATED": {made[2], made[1], made[0]}} {
		first := list(w, editor, map[string]any{"first": 2, "sort": sort})
		require.True(t, first.PageInfo.HasNextPage)
		second := list(w, editor, map[string]any{"first": 2, "sort": sort, "after": first.PageInfo.EndCursor})
		require.False(t, second.PageInfo.HasNextPage)
		require.Equal(t, want, append(first.ids(), second.ids()...), sort)
	}

	var contents []string
	after, pages := any(nil), 0
	for more := true; more; pages++ {
		rows := read(w, editor, made[0], map[string]any{"first": 1, "after": after}).Rows
		for _, l := range rows.Nodes[0].LeftLines {
			contents = append(contents, l.Content)
		}
		after, more = rows.PageInfo.EndCursor, rows.PageInfo.HasNextPage
	}
	require.Equal(t, "a b c d e", strings.Join(contents, " "))
	require.Equal(t, 4, pages)
	one := read(w, editor, made[0], map[string]any{"first": 1})
	w.Exec("UPDATE core.alignments SET version = 2 WHERE id = (SELECT id FROM core.subjects WHERE public_id = $1)", made[0])
	text := "query($id: ID!, $after: String) { alignment(id: $id) { rows(first: 1, after: $after) { nodes { group } } } }"
	require.Equal(t, "BAD_REQUEST", w.Ask(editor, text, map[string]any{"id": made[0], "after": one.Rows.PageInfo.EndCursor}).Code(), "it is another version")
	require.Equal(t, "BAD_REQUEST", w.Ask(editor, "{ alignments(first: 101) { nodes { id } } }", nil).Code())
}

func TestWhoSeesAlignments(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	author := w.User(identity.Contributor)
	id := suggest(w, author, original, translation)
	reviewer, claimed := w.User(identity.Reviewer, "en"), w.Claim(translation)
	claimed.Role, claimed.Languages = identity.Reviewer, []string{"it"}
	sees := func(a *identity.Actor) bool {
		t.Helper()
		one := read(w, a, id, nil) != nil
		require.Equal(t, one, len(filtered(w, a, nil)) > 0)
		return one
	}
	for name, c := range map[string]struct {
		who  *identity.Actor
		want bool
	}{
		"its maker": {author, true}, "a reviewer": {reviewer, true}, "of another language": {w.User(identity.Reviewer, "de"), false},
		"of none": {w.User(identity.Reviewer), false}, "an editor": {w.User(identity.Editor), true}, "another member": {w.User(identity.Contributor, "en"), false},
	} {
		require.Equal(t, c.want, sees(c.who), name)
	}
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", translation.UUID)
	require.False(t, sees(reviewer), "a draft")
	require.True(t, sees(claimed), "its translator")
	require.True(t, sees(w.User(identity.Editor)))
	w.Exec("UPDATE core.expressions SET deleted_at = now() WHERE id = $1", translation.UUID)
	require.False(t, sees(w.User(identity.Editor)), "deleted")

	for _, query := range []string{"{ alignments { nodes { id } } }", `{ alignment(id: "` + id + `") { id } }`} {
		require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, nil).Code())
		require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, nil).Code())
	}
}

// A text that is not open is read as far as everybody reads it.
func TestLinesAreThoseThatOneMayRead(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	w.Exec("DELETE FROM core.rights WHERE subject_id = $1", translation.UUID)
	w.Exec("INSERT INTO core.rights (id, subject_id, status) VALUES ($1, $1, 'IN_COPYRIGHT')", translation.UUID)
	id := suggest(w, w.User(identity.Contributor), original, translation)
	readable := writetest.One[int](w, "SELECT readable_lines FROM view.expression WHERE id = $1", translation.UUID)
	require.Less(t, readable, 4)
	count := func(a *identity.Actor) (n int) {
		for _, r := range read(w, a, id, nil).Rows.Nodes {
			n += len(r.RightLines)
		}
		return n
	}
	require.Equal(t, min(readable, 3), count(w.User(identity.Reviewer, "en")))
	require.Equal(t, 3, count(w.User(identity.Editor)))
}

// many are the texts and as many more as a request has room for.
func many(texts ...publicid.ID) (out []string) {
	for _, id := range texts {
		out = append(out, id.String())
	}
	for range 6000 {
		id, _ := publicid.New("EXPRESSION")
		out = append(out, id.String())
	}
	return out
}
