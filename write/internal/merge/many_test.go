package merge_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// TestAMergeOfMuch moves 30,000 comments and as many likes, for which production's three
// seconds for a statement are too short.
func TestAMergeOfMuch(t *testing.T) {
	if os.Getenv("TERCUL_TEST_LONG") == "" {
		t.Skip("30,000 comments take a minute: TERCUL_TEST_LONG=1")
	}
	const many = 30_000
	var target, source publicid.ID
	m := meet(t, func(w *writetest.World) {
		target, source = w.PublishedWork("it", "La Commedia"), w.PublishedWork("it", "Comedia")
		w.Exec("SET LOCAL statement_timeout = 0")
		w.Exec(`WITH s AS (INSERT INTO core.subjects (id, kind) SELECT md5('u' || n)::uuid, 'USER' FROM generate_series(1, $1::int) n RETURNING id)
			INSERT INTO auth.users (id, username, username_canonical, status) SELECT id, left(id::text, 8) || right(id::text, 12), left(id::text, 8) || right(id::text, 12), 'ACTIVE' FROM s`, many)
		w.Exec("INSERT INTO social.likes (user_id, subject_id) SELECT id, $1 FROM auth.users WHERE email IS NULL", source.UUID)
		w.Exec(`WITH s AS (INSERT INTO core.subjects (id, kind) SELECT md5('c' || n)::uuid, 'COMMENT' FROM generate_series(1, $1::int) n RETURNING id)
			INSERT INTO social.comments (id, subject_id, author_id, root_id, depth, path, body)
			SELECT id, $2, (SELECT u.id FROM auth.users u LIMIT 1), id, 0, '000001', 'Ah.' FROM s`, many, source.UUID)
	})
	faults, err := m.works(target, source)
	require.NoError(t, err)
	require.Empty(t, faults)
	for _, table := range []string{"social.comments", "view.comment", "social.likes"} {
		require.Equal(t, many, m.one("SELECT count(*) FROM "+table+" WHERE subject_id = $1", target.UUID), table)
	}
}
