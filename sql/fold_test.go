package tsql_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/sql/testdb"
)

// What differs in case, accents, points and spelling alone is one word; what differs in a letter is not.
func TestSortKey(t *testing.T) {
	t.Parallel()
	tx := testdb.Tx(t)
	for value, want := range map[string]string{
		"Élégie": "elegie", "E\u0301le\u0301gie": "elegie", "Øresund": "oresund", "Œuvres": "oeuvres", "Straße": "strasse", "STRAẞE": "strasse",
		"Æneis": "aeneis", "Łódź": "lodz", "Đorđe": "dorde", "Þórr": "thorr", "Nguyễn Du": "nguyen du", "İstanbul": "istanbul", "ılık": "ilik",
		"Ἰλιάς": "ιλιασ", "ΟΔΥΣΣΕΥΣ": "οδυσσευσ", "Οδυσσεύς": "οδυσσευσ", "Ёлка": "елка", "Йод": "йод",
		// Vowel signs and stops of Indic, Thai and Khmer are letters.
		"गीताञ्जलि": "गीताञ्जलि", "কবিতা": "কবিতা", "திருக்குறள்": "திருக்குறள்", "น้ำ": "น้ำ", "ខ្មែរ": "ខ្មែរ", "မြန်မာ": "မြန်မာ",
		"がくや": "がくや",
		// Points of Hebrew and marks of Arabic are left out, as readers leave them out; letters with hamza stay letters.
		"שִׁיר הַשִּׁירִים": "שיר השירים", "قُرْآن": "قرآن", "كتــاب": "كتاب", "أدب": "أدب", "道德經": "道德經", "": "",
	} {
		require.Equal(t, []string{want}, ask(t, tx, `SELECT view.sort_key($1)`, value), value)
	}
}

func TestPrefixesAreFoundInEveryTitleAndName(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	work, person := id("WORK", 1), id("PERSON", 1)
	exec(t, tx, `INSERT INTO core.work_titles (id, work_id, language, title, sort_title, title_kind) VALUES (gen_random_uuid(), $1, 'fa', 'الکُمِدْیا', 'کمدیا', 'TRANSLITERATION')`, work)
	exec(t, tx, `INSERT INTO core.person_names (id, person_id, language, name, sort_name, name_kind) VALUES (gen_random_uuid(), $1, 'ja', 'ダンテ', 'だんて', 'ALIAS'), (gen_random_uuid(), $1, 'ja', 'hint', 'hint', 'SEARCH_HINT')`, person)
	const works = `SELECT work_id FROM view.work_title_key WHERE starts_with(key, view.sort_key($1))`
	const persons = `SELECT person_id FROM view.person_name_key WHERE starts_with(key, view.sort_key($1))`
	require.Equal(t, []string{work}, ask(t, tx, works, "الکُم"))
	require.Equal(t, []string{work}, ask(t, tx, works, "کمد"))
	require.Equal(t, []string{person}, ask(t, tx, persons, "ダン"))
	require.Equal(t, []string{person}, ask(t, tx, persons, "だん"))
	require.Empty(t, ask(t, tx, persons, "hint"), "is no name")
	exec(t, tx, `UPDATE core.works SET status = 'DRAFT' WHERE id = $1`, work)
	require.Empty(t, ask(t, tx, works, "کمد"), "of a draft nothing is told")
}

// However ids were merged, and in whichever order, one step leads to what is left.
func TestRedirectsAreFlat(t *testing.T) {
	t.Parallel()
	const insert = `INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')`
	a, b, c, d := id("WORK", 2), id("WORK", 3), id("WORK", 4), id("WORK", 5)
	tx := worldTx(t)
	for _, order := range [][][2]string{
		{{a, b}, {b, c}, {c, d}}, {{c, d}, {b, c}, {a, b}}, {{b, c}, {a, b}, {c, d}}, {{a, b}, {c, d}, {b, c}},
	} {
		exec(t, tx, `DELETE FROM core.id_redirects`)
		for _, merge := range order {
			exec(t, tx, insert, merge[0], merge[1])
		}
		require.Equal(t, []string{d, d, d}, ask(t, tx, `SELECT new_id FROM core.id_redirects ORDER BY old_id`))
		require.Equal(t, []string{"{" + d + "," + d + "," + id("WORK", 6) + "}"}, ask(t, tx, `SELECT view.survivors(ARRAY[$1, $2, $3]::uuid[])`, a, d, id("WORK", 6)))
		require.Equal(t, []string{"{}"}, ask(t, tx, `SELECT view.survivors('{}')`))
		exec(t, tx, `SAVEPOINT circle`)
		_, err := tx.Exec(context.Background(), insert, d, a)
		require.ErrorContains(t, err, "id_redirects_check", "what is left cannot be merged into what is gone")
		exec(t, tx, `ROLLBACK TO circle`)
	}
}

// Of two merges that meet, the second waits for the first and sees it.
func TestMergesThatMeetAreFlatToo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	pool := worldPool(t)
	const insert = `INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')`
	first, err := pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = first.Rollback(ctx) }()
	exec(t, first, insert, id("WORK", 2), id("WORK", 3))
	second := make(chan error, 1)
	go func() {
		_, err := pool.Exec(ctx, insert, id("WORK", 3), id("WORK", 4))
		second <- err
	}()
	require.Eventually(t, func() bool {
		var waiting bool
		err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted AND a.datname = current_database())`).Scan(&waiting)
		return err == nil && waiting
	}, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, first.Commit(ctx))
	require.NoError(t, <-second)
	var left string
	require.NoError(t, pool.QueryRow(ctx, `SELECT new_id::text FROM core.id_redirects WHERE old_id = $1`, id("WORK", 2)).Scan(&left))
	require.Equal(t, id("WORK", 4), left)
}

// A list of works may have been asked for by the id of a person, one of collections by anything.
func TestAMergeAnnouncesTheListsThatMayNameIt(t *testing.T) {
	t.Parallel()
	tx := worldTx(t)
	c := newChecker(t, tx)
	exec(t, tx, `INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')`, id("PERSON", 2), id("PERSON", 3))
	tags := c.newTags(t)
	for _, tag := range []string{"list:author", "list:work", "list:expr", "list:coll"} {
		require.True(t, tags[tag], tag)
	}
}
