package text_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// beside is an original with a translation that is aligned with it.
type beside struct {
	w           *writetest.World
	editor      *identity.Actor
	left, right publicid.ID
}

func align(w *writetest.World, left, right string, groups ...[4]int) *beside {
	work := w.PublishedWork("it", "La Commedia")
	b := &beside{w, w.User(identity.Editor), w.PublishedText(work, "ORIGINAL", "it", left), w.PublishedText(work, "TRANSLATION", "en", right)}
	var given []any
	for _, g := range groups {
		sides := map[string]any{}
		if g[0] > 0 {
			sides["left"] = map[string]any{"from": g[0], "to": g[1]}
		}
		if g[2] > 0 {
			sides["right"] = map[string]any{"from": g[2], "to": g[3]}
		}
		given = append(given, sides)
	}
	w.Change(b.editor, "upsertAlignment", "UpsertAlignmentInput", "alignment { id }", map[string]any{
		"leftId": b.left.String(), "rightId": b.right.String(), "leftRevision": 1, "rightRevision": 1, "groups": given,
	}).Ok()
	return b
}

func (b *beside) revision(id publicid.ID) int {
	return writetest.One[int](b.w, "SELECT text_revision FROM core.expressions WHERE id = $1", id.UUID)
}

func (b *beside) set(id publicid.ID, text string) {
	b.w.T.Helper()
	set(b.w, b.editor, id, b.revision(id), plain(text)).Ok()
}

func (b *beside) revert(id publicid.ID, to int) {
	b.w.T.Helper()
	b.w.Change(b.editor, "revertText", "RevertTextInput", selection, map[string]any{
		"expressionId": id.String(), "toRevision": to, "expectedRevision": b.revision(id),
	}).Ok()
}

func (b *beside) status() string {
	return writetest.One[string](b.w, "SELECT status FROM core.alignments WHERE left_id = $1 AND right_id = $2", b.left.UUID, b.right.UUID)
}

// rows are what readers see beside each other, the lines of each text in one string;
// "?" after those that are stale.
func (b *beside) rows() []string {
	b.w.T.Helper()
	rows, err := b.w.Tx.Query(context.Background(), `SELECT concat_ws(' | ',
			(SELECT string_agg(content, ' ' ORDER BY seq) FROM view.text_line WHERE expression_id = $1 AND seq BETWEEN p.pivot_from AND p.pivot_to),
			coalesce((SELECT string_agg(content, ' ' ORDER BY seq) FROM view.text_line WHERE expression_id = $2 AND seq BETWEEN p.other_from[1] AND p.other_to[1]), '-'))
			|| CASE WHEN p.stale[1] THEN ' ?' ELSE '' END
		FROM view.parallel_rows($1, ARRAY[$2::uuid], NULL, NULL, NULL, 100) p ORDER BY p.row_key`, b.left.UUID, b.right.UUID)
	require.NoError(b.w.T, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b.w.T, err)
	return out
}

func lined(text string) string { return strings.ReplaceAll(text, " ", "\n") }

func TestAlignmentsFollowTheirTexts(t *testing.T) {
	w := writetest.New(t)
	b := align(w, lined("aaaa bbbb cccc dddd"), lined("AAAA BBBB CCCC DDDD"), [4]int{1, 4, 1, 4})
	whole := []string{"aaaa | AAAA", "bbbb | BBBB", "cccc | CCCC", "dddd | DDDD"}
	require.Equal(t, whole, b.rows())

	b.set(b.right, lined("AAAA BBBx CCCC DDDD"))
	require.Equal(t, []string{"aaaa | AAAA", "bbbb | BBBx ?", "cccc | CCCC", "dddd | DDDD"}, b.rows(), "a line was put right")
	b.set(b.left, lined("0000 aaaa bbbb cccc"))
	require.Equal(t, []string{"0000 | DDDD ?", "aaaa | AAAA", "bbbb | BBBx ?", "cccc | CCCC"}[1:3], b.rows()[1:3], "lines are numbered anew")
	require.Equal(t, "APPROVED", b.status())
	require.Equal(t, 1, writetest.One[int](w, "SELECT aligned_count FROM view.expression WHERE id = $1", b.left.UUID))

	b.revert(b.left, 1)
	b.revert(b.right, 1)
	require.Equal(t, whole, b.rows(), "what is undone comes back")
	require.Equal(t, `{"lines": 4, "stale": 0, "revision": 3, "alignments": 1}`,
		writetest.One[string](w, "SELECT detail::text FROM ops.audit_log WHERE subject_id = $1 AND action = 'revertText'", b.right.UUID))
	require.True(t, writetest.One[bool](w, "SELECT EXISTS (SELECT FROM ops.outbox WHERE 'align:' || $1 = ANY (tags))", b.left.String()))
	require.True(t, writetest.One[bool](w, "SELECT NOT EXISTS (SELECT FROM view.verify() WHERE missing + surplus > 0)"))
}

// A text that was rewritten keeps nothing. What is undone comes back, unless another
// alignment took its place.
func TestAlignmentsOfWhatWasRewrittenAreStale(t *testing.T) {
	w := writetest.New(t)
	b := align(w, "aaaa\nbbbb", "AAAA\nBBBB", [4]int{1, 2, 1, 2})
	b.set(b.right, "x\ny\nz")
	require.Equal(t, "STALE", b.status())
	require.Equal(t, []string{"aaaa | -", "bbbb | -"}, b.rows())
	require.Zero(t, writetest.One[int](w, "SELECT aligned_count FROM view.expression WHERE id = $1", b.left.UUID))
	b.set(b.right, "x\ny\nother")
	require.Equal(t, "STALE", b.status())
	b.revert(b.right, 1)
	require.Equal(t, "APPROVED", b.status())
	require.Equal(t, []string{"aaaa | AAAA", "bbbb | BBBB"}, b.rows())

	b.set(b.right, "x\ny\nz")
	w.Change(b.editor, "upsertAlignment", "UpsertAlignmentInput", "alignment { id }", map[string]any{
		"leftId": b.left.String(), "rightId": b.right.String(), "leftRevision": 1, "rightRevision": b.revision(b.right),
		"groups": []any{map[string]any{"left": map[string]any{"from": 1, "to": 2}, "right": map[string]any{"from": 1, "to": 3}}},
	}).Ok()
	b.revert(b.right, 1)
	require.Equal(t, []string{"aaaa | -", "bbbb | -"}, b.rows(), "it was replaced")
}

// New lines stand where they belong, and a suggestion stays one.
func TestNewLinesAreShown(t *testing.T) {
	w := writetest.New(t)
	b := align(w, lined("aaaa bbbb"), lined("AAAA BBBB"), [4]int{1, 1, 1, 1}, [4]int{2, 2, 2, 2})
	w.Exec("UPDATE core.alignments SET status = 'SUGGESTED'")
	b.set(b.right, lined("AAAA NEW BBBB"))
	require.Equal(t, []string{"aaaa | AAAA NEW ?", "bbbb | BBBB"}, b.rows())
	require.Equal(t, "SUGGESTED", b.status())
}

// model is what somebody who looks at the words alone would say.
type model struct {
	said        [][2][]string // the words of the lines that answer each other
	left, right []string
	next        int
}

// edit changes some lines: every line that comes or is rewritten is like no other.
func (m *model) edit(r *rapid.T, text []string) []string {
	text = slices.Clone(text)
	for range rapid.IntRange(1, 3).Draw(r, "edits") {
		m.next++
		at := rapid.IntRange(0, len(text)-1).Draw(r, "at")
		switch rapid.SampledFrom([]string{"insert", "delete", "change", "rewrite"}).Draw(r, "edit") {
		case "insert":
			text = slices.Insert(text, at, fmt.Sprintf("%d came", m.next))
		case "delete":
			if len(text) > 1 {
				text = slices.Delete(text, at, at+1)
			}
		case "change":
			text[at] += "!"
		default:
			text[at] = fmt.Sprintf("%d is another", m.next)
		}
	}
	return text
}

func contains(text, lines []string) bool {
	return slices.ContainsFunc(text, func(s string) bool { return s == lines[0] }) &&
		strings.Contains("\n"+strings.Join(text, "\n")+"\n", "\n"+strings.Join(lines, "\n")+"\n")
}

func (m *model) holds() []string {
	out := []string{}
	for _, p := range m.said {
		if contains(m.left, p[0]) && contains(m.right, p[1]) {
			out = append(out, strings.Join(p[0], "/")+" | "+strings.Join(p[1], "/"))
		}
	}
	return out
}

// hold is what the library says: the words of the groups that are not stale.
func (b *beside) hold() []string {
	b.w.T.Helper()
	rows, err := b.w.Tx.Query(context.Background(), `WITH answer AS (
			SELECT g.idx, 0 AS i, g.left_from, g.left_to, g.right_from, g.right_to FROM view.alignment_group g WHERE NOT g.linear
				AND NOT g.stale AND g.left_from IS NOT NULL AND g.right_from IS NOT NULL AND g.alignment_id IN (SELECT id FROM core.alignments WHERE left_id = $1)
			UNION ALL SELECT g.idx, i, g.left_from + i, g.left_from + i, g.right_from + i, g.right_from + i
				FROM view.alignment_group g CROSS JOIN LATERAL generate_series(0, g.left_to - g.left_from) i
				WHERE g.linear AND NOT g.stale AND g.alignment_id IN (SELECT id FROM core.alignments WHERE left_id = $1))
		SELECT (SELECT string_agg(content, '/' ORDER BY seq) FROM core.text_lines WHERE expression_id = $1 AND seq BETWEEN a.left_from AND a.left_to) || ' | ' ||
			(SELECT string_agg(content, '/' ORDER BY seq) FROM core.text_lines WHERE expression_id = $2 AND seq BETWEEN a.right_from AND a.right_to)
		FROM answer a ORDER BY a.idx, a.i`, b.left.UUID, b.right.UUID)
	require.NoError(b.w.T, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(b.w.T, err)
	if out == nil {
		return []string{}
	}
	return out
}

// Whatever is edited, exactly those lines go on answering each other that are as they
// were on both sides.
func TestAlignmentsHoldWhereBothTextsAreUnchanged(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue { // each is some hundred statements
		require.NoError(t, checks.Value.Set("20"))
		defer func() { require.NoError(t, checks.Value.Set(checks.DefValue)) }()
	}
	w := writetest.New(t)
	rapid.Check(t, func(r *rapid.T) {
		m := &model{}
		var groups [][4]int
		for range rapid.IntRange(1, 5).Draw(r, "groups") {
			n, k := rapid.IntRange(1, 3).Draw(r, "left"), rapid.IntRange(1, 3).Draw(r, "right")
			groups = append(groups, [4]int{len(m.left) + 1, len(m.left) + n, len(m.right) + 1, len(m.right) + k})
			first, second := len(m.left), len(m.right)
			for i := range n {
				m.left = append(m.left, fmt.Sprintf("riga %d", first+i))
			}
			for i := range k {
				m.right = append(m.right, fmt.Sprintf("line %d", second+i))
			}
			if n != k {
				m.said = append(m.said, [2][]string{m.left[first:], m.right[second:]})
				continue
			}
			for i := range n {
				m.said = append(m.said, [2][]string{m.left[first+i : first+i+1], m.right[second+i : second+i+1]})
			}
		}
		for i := range m.said {
			m.said[i] = [2][]string{slices.Clone(m.said[i][0]), slices.Clone(m.said[i][1])}
		}
		b := align(w, strings.Join(m.left, "\n"), strings.Join(m.right, "\n"), groups...)
		history := map[bool][][]string{true: {m.left}, false: {m.right}}
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			isLeft := rapid.Bool().Draw(r, "of the left")
			text, id := &m.right, b.right
			if isLeft {
				text, id = &m.left, b.left
			}
			if rapid.IntRange(0, 4).Draw(r, "what") == 0 {
				to := rapid.IntRange(1, len(history[isLeft])).Draw(r, "to")
				*text = history[isLeft][to-1]
				b.revert(id, to)
			} else {
				*text = m.edit(r, *text)
				b.set(id, strings.Join(*text, "\n"))
			}
			if b.revision(id) > len(history[isLeft]) {
				history[isLeft] = append(history[isLeft], *text)
			}
			require.Equal(r, m.holds(), b.hold())
			require.Equal(r, len(m.holds()) > 0, len(b.rows()) > 0 && b.status() == "APPROVED")
		}
	})
	require.True(t, writetest.One[bool](w, "SELECT NOT EXISTS (SELECT FROM view.verify() WHERE missing + surplus > 0)"))
}
