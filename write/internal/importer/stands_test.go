package importer

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/purge"
	"github.com/tercul/tercul/write/internal/textstore"
)

func TestAnEditorsWorkStands(t *testing.T) {
	b := newBase(t)
	b.load(small())
	b.exec(`UPDATE core.works SET description = 'By an editor.', updated_by = (SELECT id FROM auth.users WHERE username = 'ada'), version = version + 1
		WHERE id = (SELECT id FROM view.work WHERE slug = 'vita-nuova')`)
	r, err := b.try(small().replaced("works.jsonl", `"title":"Vita nova"`, `"title":"Another title"`))
	require.NoError(t, err)
	require.Equal(t, []string{`works.jsonl:2: "vita-nova": was edited in the library since it was imported; its description stays as it is there`}, texts(r.Problems))
	require.Zero(t, r.Rejected)
	require.Equal(t, "By an editor.|Vita nova", b.one(`SELECT concat_ws('|', description, title) FROM view.work WHERE slug = 'vita-nuova'`))
	b.verified()
}

// An edit that is not committed yet is waited for, and stands like any other.
func TestAnEditInTheMomentOfAnImportStands(t *testing.T) {
	b := newBase(t)
	b.load(small())
	editor := b.connect()
	exec := func(sql string) {
		t.Helper()
		_, err := editor.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	exec(`BEGIN`)
	exec(`SELECT FROM core.subjects WHERE id = (SELECT id FROM view.work WHERE slug = 'vita-nuova') FOR NO KEY UPDATE`)
	imported := make(chan error, 1)
	var r Result
	go func() {
		var err error
		r, err = b.try(small().replaced("works.jsonl", `"title":"Vita nova"`, `"title":"Another title"`))
		imported <- err
	}()
	waits := `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`
	require.Eventually(t, func() (waiting bool) {
		require.NoError(t, editor.QueryRow(t.Context(), waits).Scan(&waiting))
		return waiting
	}, 30*time.Second, 5*time.Millisecond)
	exec(`UPDATE core.works SET description = 'By an editor.', updated_by = (SELECT id FROM auth.users WHERE username = 'ada'), version = version + 1
		WHERE id = (SELECT id FROM view.work WHERE slug = 'vita-nuova')`)
	exec(`COMMIT`)
	require.NoError(t, <-imported)
	require.Len(t, r.Problems, 1)
	require.Equal(t, "By an editor.|Vita nova", b.one(`SELECT concat_ws('|', description, title) FROM view.work WHERE slug = 'vita-nuova'`))
	b.verified()
}

// A text that somebody wrote here stands, whatever they said of it, and so does an
// alignment that somebody here approved.
// What was removed for good does not come back with the next import.
func TestWhatIsGoneStaysGone(t *testing.T) {
	b := newBase(t)
	b.load(small())
	b.exec(`UPDATE core.works SET deleted_at = now() - interval '31 days' WHERE id = (SELECT id FROM view.work WHERE slug = 'vita-nuova')`)
	left := b.one("SELECT count(*) FROM core.works WHERE deleted_at IS NULL")
	require.NoError(t, (&purge.Purger{DB: b.conn, Now: time.Now}).Work(t.Context(), nil))
	r, err := b.try(small())
	require.NoError(t, err)
	require.Contains(t, texts(r.Problems), `works.jsonl:2: "vita-nova": was deleted in the library since it was imported, and stays so`)
	require.Equal(t, left, b.one("SELECT count(*) FROM core.works"))
	b.verified()
}

func TestAMembersTextAndApprovalStand(t *testing.T) {
	b := newBase(t)
	b.load(small())
	b.exec(`INSERT INTO core.text_revisions (expression_id, revision, content_hash, lines, line_count, message, actor_id)
		SELECT e.id, 2, 'other', r.lines, r.line_count, 'Imported from my own copy', (SELECT id FROM auth.users WHERE username = 'ada')
		FROM view.expression e JOIN core.text_revisions r ON r.expression_id = e.id WHERE e.slug = 'fr.bianchi'`)
	b.exec(`UPDATE core.expressions SET text_revision = 2, content_hash = 'other' WHERE id = (SELECT id FROM view.expression WHERE slug = 'fr.bianchi')`)
	b.exec(`UPDATE core.alignments SET approved_by = (SELECT id FROM auth.users WHERE username = 'ada'), confidence = 0.5 WHERE method = 'IMPORTED'`)
	b.load(small())
	require.Equal(t, "2", b.one(`SELECT text_revision FROM view.expression WHERE slug = 'fr.bianchi'`))
	require.Equal(t, "0.5", b.one(`SELECT confidence FROM core.alignments WHERE method = 'IMPORTED'`))
	b.verified()
}

// The lines of a record are those of the text that came with it. What an alignment
// made of a text that was edited since stands.
func TestAlignmentsOfAnEditedTextAreImportedAsTheyFollowIt(t *testing.T) {
	b := newBase(t)
	b.load(small())
	const original = `(SELECT e.id FROM view.expression e WHERE e.slug = 'it.original' AND e.work_slug = 'inferno-01')`
	b.exec(`UPDATE core.text_lines SET seq = seq + 1, ref = '1.' || seq + 1 WHERE expression_id = ` + original)
	b.exec(`INSERT INTO core.text_lines (expression_id, seq, line_key, ref, content) VALUES (` + original + `, 1, gen_random_uuid(), '1.1', 'A motto.')`)
	b.exec(`INSERT INTO core.text_revisions (expression_id, revision, content_hash, lines, line_count, actor_id)
		SELECT expression_id, 2, 'other', jsonb_agg(jsonb_build_object('k', line_key, 'r', ref, 'c', content) ORDER BY seq), count(*), (SELECT id FROM auth.users WHERE username = 'ada')
		FROM core.text_lines WHERE expression_id = ` + original + ` GROUP BY 1`)
	b.exec(`UPDATE core.expressions SET text_revision = 2, content_hash = 'other', line_count = line_count + 1 WHERE id = ` + original)
	edited := uuid.MustParse(b.one(`SELECT ` + original))
	_, err := textstore.Carry(t.Context(), b.conn, []uuid.UUID{edited})
	require.NoError(t, err)
	groups := func() []string {
		return b.list(`SELECT concat_ws('|', left_lines, right_lines, g.stale) FROM core.alignment_groups g JOIN core.alignments a ON a.id = g.alignment_id WHERE method = 'IMPORTED' ORDER BY idx`)
	}
	follows, before := groups(), b.fingerprint()
	require.Len(t, follows, 3, "a line came in front")
	require.False(t, b.load(small()).Changed)
	require.Equal(t, follows, groups())
	require.Equal(t, before, b.fingerprint())

	b.load(small().replaced("alignments.jsonl", `"left":[1,2]`, `"left":[1,1]`))
	require.Len(t, groups(), 3)
	require.NotEqual(t, follows, groups(), "the source says something else now")
	require.Equal(t, "2", b.one(`SELECT greatest(left_revision, right_revision) FROM core.alignments WHERE method = 'IMPORTED'`))
	b.verified()
}
