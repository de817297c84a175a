package app

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/textform"
)

// mostMemory is what the writer may take from the system while it writes the longest
// texts, one at a time; the caller's own is in it.
const mostMemory = 1 << 30

// The longest text there may be, aligned line by line with another of its length, is
// written, edited, and set back, by the writer's own role and in its memory. One line
// more is refused by its name. TERCUL_TEST_LONG asks for it.
func TestTheLongestText(t *testing.T) {
	if os.Getenv("TERCUL_TEST_LONG") == "" {
		t.Skip("TERCUL_TEST_LONG is not set")
	}
	s := beginWith(t, map[string]string{"TERCUL_WRITE_TIMEOUT": "2m", "TERCUL_LOG_LEVEL": "error"})
	s.account("ada", identity.Editor)
	p := s.program()
	p.bearer = p.login("BEARER", "ada").text("login", "accessToken")
	id := func(r reply, name, of string) string {
		require.Empty(t, r.faults(name))
		object, _ := r.data[name][of].(map[string]any)
		id, _ := object["id"].(string)
		require.NotEmpty(t, id, r.message)
		return id
	}
	author := id(p.do(`mutation { createAuthor(input: {names: [{language: "en", name: "Somebody"}]}) { author { id } userErrors { code } } }`, nil), "createAuthor", "author")
	work := id(p.do(`mutation($a: ID!) { createWork(input: {originalLanguage: "en", literatureType: PROSE, titles: [{language: "en", title: "Something"}], contributors: [{personId: $a}]})
		{ work { id } userErrors { code } } }`, map[string]any{"a": author}), "createWork", "work")
	text := func(language string, kind string) string {
		return id(p.do(`mutation($w: ID!, $l: LanguageTag!, $k: ExpressionKind!, $p: ID!) { createTranslation(input: {workId: $w, language: $l, kind: $k, title: "It", contributors: [{personId: $p}]})
			{ translation { id } userErrors { code } } }`, map[string]any{"w": work, "l": language, "k": kind, "p": author}), "createTranslation", "translation")
	}
	left, right := text("en", "ORIGINAL"), text("de", "TRANSLATION")
	lines := make([]string, textform.MaxLines)
	for i := range lines {
		lines[i] = fmt.Sprintf("%06d are as many words as fit!", i)
	}
	set := func(text string, revision int, more string, value any) reply {
		t.Helper()
		return p.do(`mutation($id: ID!, $r: Int!, $v: `+map[string]string{"plainText": "String", "lines": "[TextLineInput!]"}[more]+`) {
			setText(input: {expressionId: $id, expectedRevision: $r, `+more+`: $v}) { translation { text { lineCount } } userErrors { code message } } }`,
			map[string]any{"id": text, "r": revision, "v": value})
	}
	written := func(r reply) {
		t.Helper()
		require.Empty(t, r.message)
		require.Empty(t, r.faults("setText"))
	}
	whole := strings.Join(lines, "\n")
	require.Less(t, len(whole), textform.MaxText)
	written(set(left, 0, "plainText", whole))
	written(set(right, 0, "plainText", whole))
	r := p.do(`mutation($l: ID!, $r: ID!, $n: Int!) { upsertAlignment(input: {leftId: $l, rightId: $r, leftRevision: 1, rightRevision: 1,
		groups: [{left: {from: 1, to: $n}, right: {from: 1, to: $n}}]}) { alignment { groupCount } userErrors { code } } }`, map[string]any{"l": left, "r": right, "n": len(lines)})
	require.Empty(t, r.message)
	require.Empty(t, r.faults("upsertAlignment"))

	one := make([]map[string]any, len(lines)) // line by line, every hundredth touched up
	for i := range one {
		one[i] = map[string]any{"content": lines[i]}
		if i%100 == 0 {
			one[i]["content"] = lines[i] + "?"
		}
	}
	written(set(right, 1, "lines", one))
	state := func() (status string, groups, stale int) {
		require.NoError(t, s.db.QueryRow(t.Context(), `SELECT a.status, count(*), count(*) FILTER (WHERE g.stale)
			FROM core.alignments a JOIN core.alignment_groups g ON g.alignment_id = a.id GROUP BY a.status`).Scan(&status, &groups, &stale))
		return status, groups, stale
	}
	status, groups, stale := state()
	require.Equal(t, []any{"APPROVED", len(lines) / 50, len(lines) / 100}, []any{status, groups, stale})
	r = p.do(`mutation($id: ID!) { revertText(input: {expressionId: $id, toRevision: 1, expectedRevision: 2}) { translation { id } userErrors { code } } }`, map[string]any{"id": right})
	require.Empty(t, r.message)
	require.Empty(t, r.faults("revertText"))
	status, groups, stale = state()
	require.Equal(t, []any{"APPROVED", 1, 0}, []any{status, groups, stale})

	refused := func(r reply, code, limit string) {
		t.Helper()
		require.Equal(t, []string{code}, r.faults("setText"))
		list, _ := r.data["setText"]["userErrors"].([]any)
		require.Contains(t, fmt.Sprint(list[0]), limit)
	}
	refused(set(right, 3, "plainText", whole+"\nand one more"), "TOO_LONG", "200000")
	refused(set(right, 3, "plainText", strings.Repeat(strings.Repeat("x", 9_999)+"\n", 840)), "TOO_LONG", "8388608")
	refused(set(right, 3, "lines", slices.Concat(one, []map[string]any{{"content": "and one more"}})), "TOO_MANY", "200000")

	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	t.Logf("memory taken from the system: %d MB", memory.Sys>>20)
	require.Less(t, memory.Sys, uint64(mostMemory))
}
