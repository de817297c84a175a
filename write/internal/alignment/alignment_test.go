package alignment_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

const selection = "alignment { id status version leftId rightId leftRevision method groups { left { from to } right { from to } linear } }"

type span struct{ From, To int }

type alignment struct {
	ID, Status, LeftID, RightID, Method string
	Version, LeftRevision               int
	Groups                              []struct {
		Left, Right *span
		Linear      bool
	}
}

func lines(from, to int) map[string]any { return map[string]any{"from": from, "to": to} }

func group(left, right any) map[string]any {
	g := map[string]any{}
	if left != nil {
		g["left"] = left
	}
	if right != nil {
		g["right"] = right
	}
	return g
}

// texts makes an Italian poem of five lines and an English translation of four.
func texts(w *writetest.World) (original, translation publicid.ID) {
	work := w.PublishedWork("it", "La Commedia")
	return w.PublishedText(work, "ORIGINAL", "it", "a\nb\nc\nd\ne"), w.PublishedText(work, "TRANSLATION", "en", "A\nB\nC\nD")
}

func input(left, right publicid.ID, groups ...map[string]any) map[string]any {
	if groups == nil {
		groups = []map[string]any{group(lines(1, 2), lines(1, 2)), group(lines(3, 3), nil), group(lines(4, 5), lines(3, 3))}
	}
	return map[string]any{"leftId": left.String(), "rightId": right.String(), "leftRevision": 1, "rightRevision": 1, "groups": groups}
}

func upsert(w *writetest.World, a *identity.Actor, in map[string]any) writetest.Payload {
	w.T.Helper()
	return w.Change(a, "upsertAlignment", "UpsertAlignmentInput", selection, in)
}

func approve(w *writetest.World, a *identity.Actor, id string, version int) writetest.Payload {
	w.T.Helper()
	return w.Change(a, "approveAlignment", "ApproveAlignmentInput", selection, map[string]any{"id": id, "expectedVersion": version})
}

// seen is what readers see of the alignment of two texts: the status of each.
func seen(w *writetest.World, text publicid.ID) []string {
	return writetest.One[[]string](w, "SELECT array_agg(status ORDER BY status) FROM view.alignment_pair WHERE expression_id = $1", text.UUID)
}

func TestUpsert(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	editor := w.User(identity.Editor)
	var one, two alignment
	upsert(w, editor, input(original, translation)).Ok().Into("alignment", &one)
	require.Equal(t, "APPROVED", one.Status)
	require.Equal(t, "MANUAL", one.Method)
	require.Equal(t, original.String(), one.LeftID, "ids ascend with time")
	require.Equal(t, &span{1, 2}, one.Groups[0].Left)
	require.True(t, one.Groups[0].Linear)
	require.Nil(t, one.Groups[1].Right)
	require.False(t, one.Groups[2].Linear)
	require.Equal(t, []string{"APPROVED"}, seen(w, translation))
	require.Equal(t, 1, writetest.One[int](w, "SELECT aligned_count FROM view.expression WHERE id = $1", original.UUID))
	require.Equal(t, 3, writetest.One[int](w, "SELECT other_to[1] FROM view.parallel_rows($1, ARRAY[$2::uuid], 4, 5, NULL, 10)", original.UUID, translation.UUID))

	turned := input(translation, original, group(lines(2, 4), lines(1, 3)), group(nil, lines(5, 5)))
	upsert(w, editor, turned).Ok().Into("alignment", &two)
	require.Equal(t, one.ID, two.ID)
	require.Equal(t, 2, two.Version)
	require.Equal(t, original.String(), two.LeftID, "the order is ours to keep")
	require.Equal(t, &span{1, 3}, two.Groups[0].Left)
	require.Equal(t, &span{2, 4}, two.Groups[0].Right)
	require.Nil(t, two.Groups[1].Right)
}

func TestSuggestAndApprove(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	editor, contributor := w.User(identity.Editor), w.User(identity.Contributor)
	var approved, suggested, again alignment
	upsert(w, editor, input(original, translation)).Ok().Into("alignment", &approved)
	upsert(w, contributor, input(original, translation, group(lines(1, 5), lines(1, 4)))).Ok().Into("alignment", &suggested)
	require.Equal(t, "SUGGESTED", suggested.Status)
	require.NotEqual(t, approved.ID, suggested.ID)
	upsert(w, contributor, input(original, translation, group(lines(1, 4), lines(1, 4)))).Ok().Into("alignment", &again)
	require.Equal(t, suggested.ID, again.ID, "their own last suggestion gives way")
	require.Equal(t, 2, again.Version)
	upsert(w, w.User(identity.Contributor), input(original, translation)).Ok()
	require.Equal(t, []string{"APPROVED", "SUGGESTED", "SUGGESTED"}, seen(w, original))

	reviewer := w.User(identity.Reviewer, "en")
	require.Equal(t, []string{"STALE_VERSION expectedVersion"}, approve(w, reviewer, suggested.ID, 1).Codes())
	require.Equal(t, []string{"LANGUAGE_NOT_HELD id"}, approve(w, w.User(identity.Reviewer, "de"), suggested.ID, 2).Codes())
	approve(w, reviewer, suggested.ID, 2).Ok().Into("alignment", &again)
	require.Equal(t, "APPROVED", again.Status)
	require.Equal(t, []string{"APPROVED", "SUGGESTED"}, seen(w, original))
	require.Equal(t, "REJECTED", writetest.One[string](w, "SELECT a.status FROM core.alignments a JOIN core.subjects s ON s.id = a.id WHERE s.public_id = $1", approved.ID))
	require.Equal(t, []string{"INVALID_STATE id"}, approve(w, editor, suggested.ID, 3).Codes(), "it is approved")
}

func TestApproveRefuses(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	reviewer, editor := w.User(identity.Reviewer, "it", "en"), w.User(identity.Editor)
	var mine alignment
	upsert(w, reviewer, input(original, translation)).Ok().Into("alignment", &mine)
	require.Equal(t, []string{"SELF_REVIEW id"}, approve(w, reviewer, mine.ID, 1).Codes())
	require.Equal(t, []string{"NOT_FOUND id"}, approve(w, editor, "algn_01h455vb4pex5vsknk084sn02q", 1).Codes())
	other := w.User(identity.Reviewer, "it")
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", translation.UUID)
	require.Equal(t, []string{"NOT_FOUND id"}, approve(w, other, mine.ID, 1).Codes(), "they cannot see one of the texts")
	w.Exec("UPDATE core.expressions SET status = 'PUBLISHED' WHERE id = $1", translation.UUID)
	w.Change(editor, "setText", "SetTextInput", "translation { id }", map[string]any{"expressionId": original.String(), "expectedRevision": 1, "plainText": "z"}).Ok()
	require.Equal(t, []string{"INVALID_STATE id"}, approve(w, other, mine.ID, 2).Codes(), "it is stale")
	const query = "mutation($in: ApproveAlignmentInput!) { approveAlignment(input: $in) { userErrors { code } } }"
	in := map[string]any{"in": map[string]any{"id": mine.ID, "expectedVersion": 2}}
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Contributor), query, in).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
}

func TestUpsertRefuses(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	elsewhere := w.PublishedText(w.PublishedWork("la", "Aeneis"), "ORIGINAL", "la", "Arma")
	editor := w.User(identity.Editor)
	old := input(original, translation)
	old["rightRevision"] = 7
	for name, c := range map[string]struct {
		in   map[string]any
		want []string
	}{
		"no groups":       {input(original, translation, []map[string]any{}...), nil},
		"stale":           {old, []string{"STALE_REVISION rightRevision"}},
		"with itself":     {input(original, original), []string{"INVALID rightId"}},
		"another work":    {input(original, elsewhere), []string{"INVALID rightId"}},
		"no text":         {input(original, publicid.Of("EXPRESSION", w.User(identity.Reader).UserID)), []string{"NOT_FOUND rightId"}},
		"kind":            {input(original, publicid.Of("WORK", original.UUID)), []string{"INVALID rightId"}},
		"empty group":     {input(original, translation, group(nil, nil)), []string{"BLANK groups.0"}},
		"past the end":    {input(original, translation, group(lines(1, 5), lines(1, 5))), []string{"INVALID groups.0.right"}},
		"overlap":         {input(original, translation, group(lines(1, 2), lines(1, 1)), group(lines(2, 3), lines(2, 2))), []string{"INVALID groups.1.left"}},
		"backwards":       {input(original, translation, group(lines(3, 3), lines(3, 3)), group(lines(4, 4), lines(1, 1))), []string{"INVALID groups.1.right"}},
		"across a gap":    {input(original, translation, group(lines(3, 3), nil), group(nil, lines(1, 1)), group(lines(3, 4), nil)), []string{"INVALID groups.2.left"}},
		"zero":            {input(original, translation, group(lines(0, 1), lines(1, 1))), []string{"INVALID groups.0.left.from"}},
		"turned about":    {input(original, translation, group(lines(2, 1), lines(1, 1))), []string{"INVALID groups.0.left.to"}},
		"several at once": {input(original, translation, group(lines(1, 9), lines(1, 9))), []string{"INVALID groups.0.left", "INVALID groups.0.right"}},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				c.in["groups"], c.want = []any{}, []string{"TOO_SHORT groups"}
			}
			require.Equal(t, c.want, upsert(w, editor, c.in).Codes())
		})
	}
	require.Zero(t, writetest.One[int](w, "SELECT count(*)::int FROM core.alignments"))
}

func TestWhoMayUpsert(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	w.Exec("UPDATE core.expressions SET status = 'DRAFT' WHERE id = $1", translation.UUID)
	for _, role := range []identity.Role{identity.Contributor, identity.Reviewer} {
		require.Equal(t, []string{"NOT_FOUND rightId"}, upsert(w, w.User(role), input(original, translation)).Codes(), "a draft")
	}
	require.Empty(t, upsert(w, w.User(identity.Editor), input(original, translation)).Codes())
	require.Empty(t, upsert(w, w.Claim(translation), input(original, translation)).Codes(), "its translator")
	const query = "mutation($in: UpsertAlignmentInput!) { upsertAlignment(input: $in) { userErrors { code } } }"
	in := map[string]any{"in": input(original, translation)}
	require.Equal(t, "FORBIDDEN", w.Ask(w.User(identity.Reader), query, in).Code())
	require.Equal(t, "UNAUTHENTICATED", w.Ask(nil, query, in).Code())
}

func TestUpsertOnce(t *testing.T) {
	w := writetest.New(t)
	original, translation := texts(w)
	contributor := w.User(identity.Contributor)
	var one, two alignment
	for _, into := range []*alignment{&one, &two} {
		w.Change(contributor, "upsertAlignment", "UpsertAlignmentInput", selection, input(original, translation), "Idempotency-Key", "key-00001").Ok().Into("alignment", into)
	}
	require.Equal(t, 1, two.Version, "it was not done again")
}
