package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
)

// TestStatementsOfAnEdit counts what is sent for one: begin, lock, read, change
// with its version, audit, history, commit; and beside it who asks, and what to
// publish.
func TestStatementsOfAnEdit(t *testing.T) {
	s := beginWith(t, map[string]string{"TERCUL_REDIS_URL": pgtest.RedisURL(t), "TERCUL_REDIS_SPACE": "statements-test"})
	s.account("ada", identity.Editor)
	p := s.program()
	p.bearer = p.login("BEARER", "ada").text("login", "accessToken")
	author, _ := p.do(`mutation { createAuthor(input: {names: [{language: "en", name: "Somebody"}]}) { author { id } userErrors { code } } }`, nil).
		data["createAuthor"]["author"].(map[string]any)["id"].(string)
	work, _ := p.do(`mutation($a: ID!) { createWork(input: {originalLanguage: "en", literatureType: PROSE, titles: [{language: "en", title: "Something"}], contributors: [{personId: $a}]})
		{ work { id } userErrors { code } } }`, map[string]any{"a": author}).data["createWork"]["work"].(map[string]any)["id"].(string)
	before, asked, read := s.counted("updateWork"), s.counted("Identify"), s.counted("ReadOutbox")
	r := p.do(`mutation($id: ID!) { updateWork(input: {id: $id, expectedVersion: 1, patch: {description: "What it is."}}) { work { version } userErrors { code } } }`, map[string]any{"id": work})
	require.Empty(t, r.faults("updateWork"))
	require.Equal(t, 7, s.counted("updateWork").statements-before.statements)
	require.Equal(t, 1, s.counted("Identify").statements-asked.statements)
	require.Equal(t, 1, s.counted("ReadOutbox").statements-read.statements)
}
