package text_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "translation { version text { revision lineCount charCount } }"

func set(w *writetest.World, a *identity.Actor, id publicid.ID, revision int, more map[string]any) writetest.Payload {
	w.T.Helper()
	in := map[string]any{"expressionId": id.String(), "expectedRevision": revision}
	for k, v := range more {
		in[k] = v
	}
	return w.Change(a, "setText", "SetTextInput", selection, in)
}

func plain(text string) map[string]any { return map[string]any{"plainText": text} }

type line struct {
	Key, Ref, Kind, Speaker, Content string
	Stanza                           bool
}

// seen are the lines that readers see.
func seen(w *writetest.World, id publicid.ID) []line {
	w.T.Helper()
	rows, err := w.Tx.Query(context.Background(), `SELECT line_key::text, ref, kind, coalesce(speaker, ''), content, stanza_start
		FROM view.text_line WHERE expression_id = $1 ORDER BY seq`, id.UUID)
	require.NoError(w.T, err)
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[line])
	require.NoError(w.T, err)
	return lines
}

func words(lines []line) (out []string) {
	for _, l := range lines {
		out = append(out, l.Content)
	}
	return out
}

func TestSetPlainText(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "La Commedia")
	id := w.PublishedText(work, "ORIGINAL", "it", "")
	set(w, editor, id, 0, plain("\n  Nel mezo del cammin di nostra vita\r\nmi ritrovai per una selva oscura,  \n\n\nche\u0301\n")).Ok()
	one := seen(w, id)
	require.Equal(t, []string{"  Nel mezo del cammin di nostra vita", "mi ritrovai per una selva oscura,", "ch\u00e9"}, words(one))
	require.Equal(t, "3", one[2].Ref)
	require.Equal(t, "VERSE", one[0].Kind)
	require.True(t, one[2].Stanza)

	p := set(w, editor, id, 1, map[string]any{"plainText": "  Nel mezzo del cammin di nostra vita\nmi ritrovai per una selva oscura,\nProem\n\nch\u00e9", "message": "A misprint."})
	var after struct {
		Version int
		Text    struct{ Revision, LineCount, CharCount int }
	}
	p.Ok().Into("translation", &after)
	require.Equal(t, 2, after.Text.Revision)
	require.Equal(t, 4, after.Text.LineCount)
	require.Equal(t, 3, after.Version, "the change feed tells of it")
	two := seen(w, id)
	require.Equal(t, one[0].Key, two[0].Key, "a letter was put right")
	require.Equal(t, one[1].Key, two[1].Key)
	require.Equal(t, one[2].Key, two[3].Key)
	require.Equal(t, "4", two[3].Ref, "the numbers moved on")
	require.Equal(t, 4, writetest.One[int](w, "SELECT line_count FROM view.expression WHERE id = $1", id.UUID))

	require.Equal(t, "A misprint.", writetest.One[string](w, "SELECT message FROM core.text_revisions WHERE expression_id = $1 AND revision = 2 AND actor_id = $2", id.UUID, editor.UserID))
	require.Equal(t, "  Nel mezo del cammin di nostra vita", writetest.One[string](w, "SELECT content FROM view.revision_lines($1, 1) WHERE seq = 1", id.UUID), "revisions stay")
	require.Equal(t, "CHANGED", writetest.One[string](w, "SELECT op FROM view.text_diff($1, 1, 2) WHERE to_ref = '1'", id.UUID))
	require.True(t, writetest.One[bool](w, "SELECT updated_by IS NULL FROM core.expressions WHERE id = $1", id.UUID), "nobody described it anew")
	require.True(t, writetest.One[bool](w, "SELECT EXISTS (SELECT FROM ops.outbox WHERE 'text:' || $1 = ANY (tags))", id.String()))
	require.Equal(t, 2, writetest.One[int](w, "SELECT count(*)::int FROM ops.audit_log WHERE subject_id = $1 AND action = 'setText'", id.UUID))
	require.True(t, writetest.One[bool](w, "SELECT NOT EXISTS (SELECT FROM view.verify() WHERE missing + surplus > 0)"))
}

func TestSetLines(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("en", "Hamlet"), "ORIGINAL", "en", "")
	set(w, editor, id, 0, map[string]any{"lines": []any{
		map[string]any{"content": "HAMLET", "kind": "SPEAKER", "ref": "3.1.55", "stanzaStart": true},
		map[string]any{"content": "To be, or not to be: that is the question", "kind": "VERSE", "speaker": "HAMLET", "ref": "3.1.56", "stanzaStart": true},
		map[string]any{"content": "Whether 'tis nobler in the mind"},
	}}).Ok()
	lines := seen(w, id)
	require.Equal(t, line{lines[1].Key, "3.1.56", "VERSE", "HAMLET", "To be, or not to be: that is the question", true}, lines[1])
	require.Equal(t, "3", lines[2].Ref, "its number")
	require.False(t, lines[0].Stanza, "the first line opens nothing")
}

func TestSetTextRefuses(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "Midway")
	lines := func(list ...map[string]any) map[string]any { return map[string]any{"lines": list} }
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"neither":       {map[string]any{}, []string{"INVALID lines"}},
		"both":          {map[string]any{"plainText": "a", "lines": []any{}}, []string{"INVALID lines"}},
		"empty":         {plain(" \n\n"), []string{"BLANK plainText"}},
		"no lines":      {map[string]any{"lines": []any{}}, []string{"BLANK lines"}},
		"control":       {plain("a\nb\x07c"), []string{"INVALID plainText"}},
		"override":      {plain("a\u202eb"), []string{"INVALID plainText"}},
		"long line":     {plain("a\n" + strings.Repeat("x", 20_001)), []string{"TOO_LONG plainText"}},
		"many lines":    {plain(strings.Repeat("a\n", 200_001)), []string{"TOO_LONG plainText"}},
		"long text":     {plain(strings.Repeat(strings.Repeat("x", 19_999)+"\n", 420)), []string{"TOO_LONG plainText"}},
		"blank line":    {lines(map[string]any{"content": " "}), []string{"BLANK lines.0.content"}},
		"two in one":    {lines(map[string]any{"content": "a\nb"}), []string{"INVALID lines.0.content"}},
		"line control":  {lines(map[string]any{"content": "a"}, map[string]any{"content": "\u2066b"}), []string{"INVALID lines.1.content"}},
		"line too long": {lines(map[string]any{"content": strings.Repeat("x", 20_001)}), []string{"TOO_LONG lines.0.content"}},
		"odd ref":       {lines(map[string]any{"content": "a", "ref": "1..2"}), []string{"INVALID lines.0.ref"}},
		"ref twice":     {lines(map[string]any{"content": "a", "ref": "2"}, map[string]any{"content": "b"}), []string{"DUPLICATE lines.1.ref"}},
		"only speaker":  {lines(map[string]any{"content": "a", "speaker": "X"}), []string{"INVALID lines.0.kind"}},
		"two faults":    {lines(map[string]any{"content": "", "ref": "-"}), []string{"BLANK lines.0.content", "INVALID lines.0.ref"}},
		"message":       {map[string]any{"plainText": "a", "message": strings.Repeat("x", 501)}, []string{"TOO_LONG message"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, set(w, editor, id, 1, c.in).Codes()) })
	}
	stale := set(w, editor, id, 0, plain("Late"))
	require.Equal(t, []string{"STALE_REVISION expectedRevision"}, stale.Codes())
	require.Equal(t, "current", stale.Faults[0].Params[0].Name)
	require.Equal(t, "1", stale.Faults[0].Params[0].Value)
	require.Equal(t, []string{"Midway"}, words(seen(w, id)))
	many := make([]map[string]any, 200)
	for i := range many {
		many[i] = map[string]any{"content": ""}
	}
	require.Less(t, len(set(w, editor, id, 1, lines(many...)).Codes()), 60, "nobody reads more")
}

func TestTheSameTextLeavesAllAsItIs(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "a\nb")
	set(w, editor, id, 1, plain("a\nb\n")).Ok()
	require.Equal(t, 1, writetest.One[int](w, "SELECT text_revision FROM core.expressions WHERE id = $1", id.UUID))
	require.Equal(t, 1, writetest.One[int](w, "SELECT version FROM core.expressions WHERE id = $1", id.UUID))
}

// A translation takes the part of the book that its original is.
func TestPartsOfBooks(t *testing.T) {
	w := writetest.New(t)
	editor, work := w.User(identity.Editor), w.PublishedWork("it", "Inferno, Canto 1")
	original := w.PublishedText(work, "ORIGINAL", "it", "")
	w.Exec("INSERT INTO core.text_units (id, expression_id, ordinal, unit_kind, ref) VALUES ($1, $1, 1, 'CANTO', '1')", original.UUID)
	set(w, editor, original, 0, plain("Nel mezzo")).Ok()
	id := w.PublishedText(work, "TRANSLATION", "en", "")
	set(w, editor, id, 0, plain("Midway\nI found")).Ok()
	require.Equal(t, "1.2", seen(w, id)[1].Ref)
	require.Equal(t, "1", writetest.One[string](w, "SELECT unit_ref FROM view.text_line WHERE expression_id = $1 AND seq = 2", id.UUID))
	require.Equal(t, "1", writetest.One[string](w, "SELECT unit_ref FROM view.text_line WHERE expression_id = $1", original.UUID))
}

func TestWhoMaySetText(t *testing.T) {
	w := writetest.New(t)
	work := w.PublishedWork("it", "La Commedia")
	id, draft := w.PublishedText(work, "TRANSLATION", "en", "a"), w.PublishedText(work, "TRANSLATION", "de", "a")
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", draft.UUID)
	require.Empty(t, set(w, w.Claim(id), id, 1, plain("b")).Codes())
	require.Empty(t, set(w, w.User(identity.Editor), id, 2, plain("c")).Codes())
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer} {
		require.Equal(t, []string{"FORBIDDEN expressionId"}, set(w, w.User(role), id, 3, plain("d")).Codes())
		require.Equal(t, []string{"NOT_FOUND expressionId"}, set(w, w.User(role), draft, 1, plain("d")).Codes())
	}
	require.Equal(t, []string{"NOT_FOUND expressionId"}, set(w, w.Claim(id), draft, 1, plain("d")).Codes())
	in := map[string]any{"in": map[string]any{"expressionId": id.String(), "expectedRevision": 3, "plainText": "d"}}
	const query = "mutation($in: SetTextInput!) { setText(input: $in) { userErrors { code } } }"
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, in).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
}

func TestRevert(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "one\ntwo\n\nthree")
	before := seen(w, id)
	set(w, editor, id, 1, plain("one\nanother thing altogether")).Ok()
	revert := func(a *identity.Actor, to, expected int) writetest.Payload {
		return w.Change(a, "revertText", "RevertTextInput", selection, map[string]any{"expressionId": id.String(), "toRevision": to, "expectedRevision": expected})
	}
	require.Equal(t, []string{"STALE_REVISION expectedRevision"}, revert(editor, 1, 1).Codes())
	require.Equal(t, []string{"NOT_FOUND toRevision"}, revert(editor, 7, 2).Codes())
	revert(editor, 1, 2).Ok()
	require.Equal(t, before, seen(w, id), "the same lines, by their keys")
	require.Equal(t, 3, writetest.One[int](w, "SELECT text_revision FROM view.expression WHERE id = $1", id.UUID))
	require.Equal(t, "reverted to revision 1", writetest.One[string](w, "SELECT message FROM core.text_revisions WHERE expression_id = $1 AND revision = 3", id.UUID))
	const query = "mutation($in: RevertTextInput!) { revertText(input: $in) { userErrors { code } } }"
	in := map[string]any{"in": map[string]any{"expressionId": id.String(), "toRevision": 1, "expectedRevision": 3}}
	for _, a := range []*identity.Actor{w.Claim(id), w.User(identity.Reviewer)} {
		require.Equal(t, "FORBIDDEN", w.Ask(a, query, in).Code())
	}
}

// A long novel goes through, whichever way it comes.
func TestLongTexts(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "")
	var b strings.Builder
	lines := make([]map[string]any, 20_000)
	for i := range 30_000 {
		fmt.Fprintf(&b, "line %d of a long text\n", i)
		if i < len(lines) {
			lines[i] = map[string]any{"content": fmt.Sprintf("line %d of a long text", i), "ref": fmt.Sprintf("1.%d", i+1)}
		}
	}
	set(w, editor, id, 0, plain(b.String())).Ok()
	require.Equal(t, 30_000, writetest.One[int](w, "SELECT line_count FROM view.expression WHERE id = $1", id.UUID))
	set(w, editor, id, 1, map[string]any{"lines": lines}).Ok()
	require.Equal(t, 20_000, writetest.One[int](w, "SELECT line_count FROM view.expression WHERE id = $1", id.UUID))
}

// Of a long text in which a line was put right one line is written.
func TestLinesThatStayAreNotWrittenAgain(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	id := w.PublishedText(w.PublishedWork("it", "La Commedia"), "TRANSLATION", "en", "one\ntwo\nthree\nfour")
	rows := func() []string {
		return writetest.One[[]string](w, "SELECT array_agg(ctid::text ORDER BY seq) FROM core.text_lines WHERE expression_id = $1", id.UUID)
	}
	before := rows()
	set(w, editor, id, 1, plain("one\ntwo!\nthree\nfour")).Ok()
	after := rows()
	require.NotEqual(t, before[1], after[1])
	after[1] = before[1]
	require.Equal(t, before, after)
	set(w, editor, id, 2, plain("one\ntwo!")).Ok()
	require.Equal(t, []string{"one", "two!"}, words(seen(w, id)))
	set(w, editor, id, 3, plain("one\n\ntwo!\nfive")).Ok()
	require.Equal(t, []string{"one", "two!", "five"}, words(seen(w, id)))
	require.True(t, seen(w, id)[1].Stanza)
}
