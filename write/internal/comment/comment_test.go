package comment_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "comment { id subject { id title } author { username } body status parentId rootId depth anchorRef anchorRevision version createdAt editedAt }"

type told struct {
	ID, Body, Status, RootID string
	Author                   struct{ Username string }
	ParentID, AnchorRef      *string
	AnchorRevision           *int
	Depth, Version           int
	EditedAt                 *time.Time
}

func write(w *writetest.World, who *identity.Actor, about publicid.ID, body string, more map[string]any) writetest.Payload {
	in := map[string]any{"subjectId": about.String(), "body": body}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(who, "createComment", "CreateCommentInput", selection, in)
}

func wrote(w *writetest.World, who *identity.Actor, about publicid.ID, body string, more map[string]any) (c told) {
	write(w, who, about, body, more).Ok().Into("comment", &c)
	return c
}

func reply(w *writetest.World, who *identity.Actor, about publicid.ID, to told) told {
	return wrote(w, who, about, "To that.", map[string]any{"parentId": to.ID})
}

// counted is the public number of comments.
func counted(w *writetest.World, about publicid.ID) int {
	return writetest.One[int](w, "SELECT coalesce(max(comments), 0)::int FROM view.subject_stats WHERE subject_id = $1", about.UUID)
}

func shown(w *writetest.World, id string) string {
	return writetest.One[string](w, "SELECT coalesce((SELECT status || ':' || body FROM view.comment WHERE public_id = $1), 'nothing')", id)
}

func path(w *writetest.World, id string) string {
	return writetest.One[string](w, "SELECT c.path FROM social.comments c JOIN core.subjects s ON s.id = c.id WHERE s.public_id = $1", id)
}

func TestCreate(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	work, text := w.Published("La Commedia", "Nel mezzo", "mi ritrovai")
	first := wrote(w, reader, work, "*Fine.*", nil)
	require.Equal(t, first.ID, first.RootID)
	require.Equal(t, "VISIBLE", first.Status)
	require.Equal(t, reader.Username, first.Author.Username)
	require.Zero(t, first.Depth)
	require.Equal(t, "VISIBLE:*Fine.*", shown(w, first.ID))
	require.Equal(t, 1, counted(w, work))
	line := wrote(w, reader, text, "Here?", map[string]any{"anchorRef": "1.2"})
	require.Equal(t, "1.2", *line.AnchorRef)
	require.Equal(t, 1, *line.AnchorRevision)
	require.True(t, writetest.One[bool](w, `SELECT c.anchor_line = l.line_key FROM social.comments c JOIN core.subjects s ON s.id = c.id
		JOIN core.text_lines l ON l.expression_id = c.subject_id AND l.ref = '1.2' WHERE s.public_id = $1`, line.ID))
	other, _ := w.Published("Another")
	hidden, _ := w.Published("Hidden")
	w.Unpublish(hidden)
	for name, c := range map[string]struct {
		about publicid.ID
		body  string
		more  map[string]any
		want  []string
	}{
		"empty":           {work, "", nil, []string{"BLANK body"}},
		"blank":           {work, " \n ", nil, []string{"BLANK body"}},
		"long":            {work, strings.Repeat("ü", 10001), nil, []string{"TOO_LONG body"}},
		"controls":        {work, "a\u202eb", nil, []string{"INVALID body"}},
		"no such line":    {text, "x", map[string]any{"anchorRef": "9.9"}, []string{"NOT_FOUND anchorRef"}},
		"a line of none":  {work, "x", map[string]any{"anchorRef": "1.1"}, []string{"NOT_FOUND anchorRef"}},
		"hidden":          {hidden, "x", nil, []string{"NOT_FOUND subjectId"}},
		"on a comment":    {parse(t, first.ID), "x", nil, []string{"NOT_FOUND subjectId"}},
		"elsewhere":       {other, "x", map[string]any{"parentId": first.ID}, []string{"NOT_FOUND parentId"}},
		"no such comment": {work, "x", map[string]any{"parentId": "cmnt_01h455vb4pex5vsknk084sn02q"}, []string{"NOT_FOUND parentId"}},
		"another kind":    {work, "x", map[string]any{"parentId": work.String()}, []string{"INVALID parentId"}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, write(w, reader, c.about, c.body, c.more).Codes())
		})
	}
	const query = "mutation($in: CreateCommentInput!) { createComment(input: $in) { comment { id } } }"
	in := map[string]any{"in": map[string]any{"subjectId": work.String(), "body": "x"}}
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
	fresh := w.User(identity.Reader)
	fresh.Verified = false
	require.Equal(t, "FORBIDDEN", w.Ask(fresh, query, in).Code())
	var twice told
	for range 2 {
		w.Change(reader, "createComment", "CreateCommentInput", selection, map[string]any{"subjectId": other.String(), "body": "Once."}, "Idempotency-Key", "key-00001").Ok().Into("comment", &twice)
	}
	require.Equal(t, 1, counted(w, other))
}

func parse(t *testing.T, id string) publicid.ID {
	parsed, err := publicid.Parse(id)
	require.NoError(t, err)
	return parsed
}

func TestMarkdown(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Contributor)
	work, _ := w.Published("La Commedia")
	for _, body := range []string{
		"One.\n\nTwo, *so* and **so**  \nand `code`.", "> quoted\n\n- a\n- b\n\n1. c\n\n---\n", "```\n<b>code</b>\n![x](http://y)\n```", "    <b>code</b>",
		"[a](https://example.org/x)", "<https://example.org>", "See https://example.org.", "[a][1]\n\n[1]: https://example.org", "1 < 2 & 3 > 2", "*Ἄνδρα* 但丁",
	} {
		require.Empty(t, write(w, reader, work, body, nil).Codes(), body)
	}
	for body, found := range map[string]string{
		"<b>x</b>": "HTML", "a <b>x</b>": "HTML", "<script>alert(1)</script>": "HTML", "<!-- x -->": "HTML",
		"![a](https://example.org/a.png)": "an image", "# Title": "a heading", "Title\n===": "a heading",
		"[a](http://example.org)": "a link that does not begin with https://", "[a](javascript:alert(1))": "a link that does not begin with https://",
		"[a](/path)": "a link that does not begin with https://", "[a](https://)": "a link that does not begin with https://",
		"<mailto:a@example.org>": "a link that does not begin with https://", "See http://example.org.": "a link that does not begin with https://",
		"[a][1]\n\n[1]: data:text/html,x": "a link that does not begin with https://", "a@example.org": "a link that does not begin with https://",
	} {
		p := write(w, reader, work, body, nil)
		require.Equal(t, []string{"INVALID body"}, p.Codes(), body)
		require.Equal(t, found, p.Faults[0].Params[0].Value, body)
	}
	require.Len(t, write(w, reader, work, "# A\n\n![a](https://b)\n\n<b>", nil).Faults, 3, "all at once")
}

func TestThread(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	root := wrote(w, reader, work, "First.", nil)
	one, two := reply(w, reader, work, root), reply(w, reader, work, root)
	under := reply(w, editor, work, one)
	require.Equal(t, []string{"000001", "000001.000001", "000001.000002", "000001.000001.000001"},
		[]string{path(w, root.ID), path(w, one.ID), path(w, two.ID), path(w, under.ID)})
	require.Equal(t, root.ID, under.RootID)
	require.Equal(t, one.ID, *under.ParentID)
	for under.Depth < 7 {
		under = reply(w, reader, work, under)
	}
	require.Equal(t, []string{"INVALID_STATE parentId"}, write(w, reader, work, "x", map[string]any{"parentId": under.ID}).Codes())
	require.Equal(t, 9, counted(w, work))

	remove := func(who *identity.Actor, id string) []string {
		return w.Change(who, "deleteComment", "DeleteCommentInput", "deletedId", map[string]any{"id": id}).Codes()
	}
	require.Equal(t, []string{"FORBIDDEN id"}, remove(w.User(identity.Reviewer), one.ID))
	require.Empty(t, remove(reader, one.ID))
	require.Equal(t, "DELETED:", shown(w, one.ID), "a stub for its replies")
	require.Empty(t, remove(editor, two.ID))
	require.Equal(t, "nothing", shown(w, two.ID))
	require.Equal(t, []string{"NOT_FOUND id"}, remove(reader, two.ID))
	require.Equal(t, 7, counted(w, work))
	require.Equal(t, []string{"NOT_FOUND parentId"}, write(w, reader, work, "x", map[string]any{"parentId": one.ID}).Codes(), "nobody replies to what is gone")
	require.Equal(t, "000001.000003", path(w, reply(w, reader, work, root).ID), "a place is not given twice")
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'deleteComment'"))
}

func TestUpdate(t *testing.T) {
	w := writetest.New(t)
	reader, other, editor := w.User(identity.Reader), w.User(identity.Reader), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	made := wrote(w, reader, work, "First.", nil)
	edit := func(who *identity.Actor, version int, body string) writetest.Payload {
		return w.Change(who, "updateComment", "UpdateCommentInput", selection, map[string]any{"id": made.ID, "expectedVersion": version, "body": body})
	}
	var now told
	edit(reader, 1, "Second.").Ok().Into("comment", &now)
	require.Equal(t, "Second.", now.Body)
	require.Equal(t, 2, now.Version)
	require.Equal(t, w.Now, now.EditedAt.UTC())
	require.Equal(t, "VISIBLE:Second.", shown(w, made.ID))
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, edit(reader, 1, "x").Codes())
	require.Equal(t, []string{"INVALID body"}, edit(reader, 2, "<b>").Codes())
	require.Equal(t, []string{"BLANK body"}, edit(reader, 2, "").Codes())
	require.Equal(t, []string{"FORBIDDEN id"}, edit(other, 2, "x").Codes())
	w.Exec("UPDATE social.comments SET created_at = $1", w.Now)
	w.Now = w.Now.Add(24*time.Hour + time.Second)
	require.Equal(t, []string{"FORBIDDEN id"}, edit(reader, 2, "x").Codes(), "after a day")
	edit(editor, 2, "Third.").Ok()
	require.Equal(t, 1, counted(w, work))
}

func TestLinksOfNewMembersWait(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	held := wrote(w, reader, work, "See https://example.org.", nil)
	require.Equal(t, "PENDING", held.Status)
	require.Equal(t, "nothing", shown(w, held.ID))
	require.Zero(t, counted(w, work))
	require.Equal(t, "VISIBLE", wrote(w, w.User(identity.Contributor), work, "See https://example.org.", nil).Status, "whoever has a role is known")
	plain := wrote(w, reader, work, "No link.", nil)
	var now told
	w.Change(reader, "updateComment", "UpdateCommentInput", selection, map[string]any{"id": plain.ID, "expectedVersion": 1, "body": "<https://example.org>"}).Ok().Into("comment", &now)
	require.Equal(t, "PENDING", now.Status, "a link that is put in later waits, too")
	w.Change(reader, "updateComment", "UpdateCommentInput", selection, map[string]any{"id": plain.ID, "expectedVersion": 2, "body": "No link."}).Ok().Into("comment", &now)
	require.Equal(t, "PENDING", now.Status, "what waits goes on waiting")
	require.Equal(t, []string{"NOT_FOUND id"}, w.Change(w.User(identity.Reader), "deleteComment", "DeleteCommentInput", "deletedId", map[string]any{"id": held.ID}).Codes(), "others do not see it")

	require.Equal(t, []string{held.ID, plain.ID}, list(t, w, editor, "heldComments", 10, nil))
	w.Change(editor, "showComment", "ShowCommentInput", selection, map[string]any{"id": held.ID}).Ok().Into("comment", &now)
	require.Equal(t, "VISIBLE", now.Status)
	require.Equal(t, []string{"INVALID_STATE id"}, w.Change(editor, "showComment", "ShowCommentInput", selection, map[string]any{"id": held.ID}).Codes())
	require.Equal(t, 2, counted(w, work))
	w.Exec("UPDATE auth.users SET created_at = $1", w.Now.Add(-8*24*time.Hour))
	require.Equal(t, "VISIBLE", wrote(w, reader, work, "See https://example.org.", nil).Status, "nobody is new for long")
}

func TestHide(t *testing.T) {
	w := writetest.New(t)
	reader, editor := w.User(identity.Reader), w.User(identity.Editor)
	work, _ := w.Published("La Commedia")
	made := wrote(w, reader, work, "Rude.", nil)
	hide := func(reason string) writetest.Payload {
		return w.Change(editor, "hideComment", "HideCommentInput", selection, map[string]any{"id": made.ID, "reason": reason})
	}
	require.Equal(t, []string{"TOO_SHORT reason"}, hide("no").Codes())
	var now told
	hide("An insult.").Ok().Into("comment", &now)
	require.Equal(t, "HIDDEN", now.Status)
	require.Equal(t, "nothing", shown(w, made.ID))
	require.Zero(t, counted(w, work))
	require.Equal(t, "An insult.", writetest.One[string](w, "SELECT detail ->> 'reason' FROM ops.audit_log WHERE action = 'hideComment' AND actor_id = $1", editor.UserID))
	require.Equal(t, []string{"INVALID_STATE id"}, hide("An insult.").Codes())
	w.Change(reader, "updateComment", "UpdateCommentInput", selection, map[string]any{"id": made.ID, "expectedVersion": 2, "body": "Kind."}).Ok().Into("comment", &now)
	require.Equal(t, "HIDDEN", now.Status, "an edit does not bring it back")
	w.Change(editor, "showComment", "ShowCommentInput", selection, map[string]any{"id": made.ID}).Ok()
	require.Equal(t, "VISIBLE:Kind.", shown(w, made.ID))
	require.Equal(t, 1, counted(w, work))
	require.Equal(t, []string{"NOT_FOUND id"}, w.Change(editor, "hideComment", "HideCommentInput", selection,
		map[string]any{"id": "cmnt_01h455vb4pex5vsknk084sn02q", "reason": "An insult."}).Codes())
	for _, mutation := range []string{"hideComment(input: {id: $id, reason: \"An insult.\"})", "showComment(input: {id: $id})"} {
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
			require.Equal(t, "FORBIDDEN", w.Ask(w.User(role), "mutation($id: ID!) { "+mutation+" { comment { id } } }", map[string]any{"id": made.ID}).Code())
		}
	}
	require.Equal(t, "FORBIDDEN", w.Ask(reader, "{ heldComments { nodes { id } } }", nil).Code())
}

func list(t *testing.T, w *writetest.World, who *identity.Actor, query string, first int, after *string) (ids []string) {
	ids, _ = listed(t, w, who, query, first, after)
	return ids
}

func listed(t *testing.T, w *writetest.World, who *identity.Actor, query string, first int, after *string) (ids []string, end *string) {
	a := w.Ask(who, "query($first: Int, $after: String) { "+query+"(first: $first, after: $after) { nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }",
		map[string]any{"first": first, "after": after})
	require.Empty(t, a.Errors)
	var l struct {
		Nodes    []struct{ ID string }
		PageInfo struct{ EndCursor *string }
	}
	require.NoError(t, json.Unmarshal(a.Data[query], &l))
	for _, n := range l.Nodes {
		ids = append(ids, n.ID)
	}
	return ids, l.PageInfo.EndCursor
}

func TestMine(t *testing.T) {
	w := writetest.New(t)
	reader := w.User(identity.Reader)
	work, _ := w.Published("La Commedia")
	var made []told
	for i := range 4 {
		made = append(made, wrote(w, reader, work, fmt.Sprint("Comment ", i), nil))
	}
	wrote(w, w.User(identity.Reader), work, "Another's.", nil)
	w.Change(reader, "deleteComment", "DeleteCommentInput", "deletedId", map[string]any{"id": made[2].ID}).Ok()
	ids, end := listed(t, w, reader, "viewerComments", 2, nil)
	require.Equal(t, []string{made[3].ID, made[1].ID}, ids)
	require.Equal(t, []string{made[0].ID}, list(t, w, reader, "viewerComments", 2, end))
}
