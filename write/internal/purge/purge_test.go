package purge_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/purge"
	"github.com/tercul/tercul/write/internal/writetest"
)

type world struct{ *writetest.World }

func newWorld(t *testing.T) world {
	w := writetest.New(t)
	w.Exec("SET LOCAL ROLE tercul_writer")
	return world{w}
}

func (w world) run() {
	w.T.Helper()
	p := &purge.Purger{DB: writetest.Savepoints{Tx: w.Tx}, Now: func() time.Time { return w.Now }}
	require.NoError(w.T, p.Work(context.Background(), nil))
	w.Exec("SET CONSTRAINTS ALL IMMEDIATE")
	require.Zero(w.T, writetest.One[int](w.World, "SELECT sum(missing + surplus)::int FROM view.verify()"))
}

func (w world) deleted(table string, id publicid.ID, age string) {
	w.Exec("UPDATE "+table+" SET deleted_at = now() - $2::interval WHERE id = $1", id.UUID, age)
}

func (w world) count(sql string, args ...any) int {
	w.T.Helper()
	return writetest.One[int](w.World, "SELECT count(*)::int FROM "+sql, args...)
}

func (w world) subject(kind string) uuid.UUID {
	id, err := publicid.New(kind)
	require.NoError(w.T, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, $2)", id.UUID, kind)
	return id.UUID
}

const long = "30 days 2 hours"

// A work goes with its texts and all that hangs on them, once it cannot be restored.
func TestWork(t *testing.T) {
	w := newWorld(t)
	editor, reader := w.User(identity.Editor), w.User(identity.Reader)
	work := w.PublishedWork("it", "La Commedia")
	original, text := w.PublishedText(work, "ORIGINAL", "it", "Nel mezzo\ndel cammin"), w.PublishedText(work, "TRANSLATION", "en", "Midway\nupon")
	w.Exec("UPDATE core.expressions SET source_expression_id = $1 WHERE id = $2", original.UUID, text.UUID)
	low, high := original.UUID, text.UUID
	if low.String() > high.String() {
		low, high = high, low
	}
	w.Exec("INSERT INTO core.alignments (id, work_id, left_id, right_id, left_revision, right_revision, method, status) VALUES ($1, $2, $3, $4, 1, 1, 'MANUAL', 'APPROVED')", w.subject("ALIGNMENT"), work.UUID, low, high)
	for _, id := range []publicid.ID{work, text} {
		about := map[string]any{"subjectId": id.String()}
		w.Change(reader, "like", "LikeInput", "stats { likes }", about).Ok()
		w.Change(reader, "createBookmark", "CreateBookmarkInput", "bookmark { id }", about).Ok()
		var made struct{ ID string }
		w.Change(reader, "createComment", "CreateCommentInput", "comment { id }", map[string]any{"subjectId": id.String(), "body": "Ah."}).Ok().Into("comment", &made)
		w.Change(reader, "createComment", "CreateCommentInput", "comment { id }", map[string]any{"subjectId": id.String(), "body": "Oh.", "parentId": made.ID}).Ok()
		w.Change(editor, "like", "LikeInput", "stats { likes }", map[string]any{"subjectId": made.ID}).Ok()
	}
	w.Exec("INSERT INTO stats.hourly VALUES ('2026-01-01 10:00Z', $1, 1)", work.UUID)
	w.Exec("INSERT INTO stats.daily VALUES ('2026-01-01', $1, 1)", work.UUID)
	w.Exec("INSERT INTO stats.brought VALUES ($1, 1, 0, 0)", text.UUID)
	w.Exec("INSERT INTO core.text_analyses (expression_id, revision, analyzer, language, coverage, measures, keywords, stanzas) VALUES ($1, 1, 1, 'en', 1, '[]', '[]', '[]')", text.UUID)
	w.Exec("SELECT core.set_vocabulary($1, 1, 'en', '{midway,upon}')", text.UUID)
	w.Change(editor, "unpublishWork", "UnpublishWorkInput", "work { id }", map[string]any{"id": work.String(), "expectedVersion": 1, "reason": "A mistake."}).Ok()
	w.deleted("core.works", work, "29 days 23 hours")
	w.run()
	require.Equal(t, 1, w.count("core.works"))
	require.Equal(t, 2, w.count("core.expressions"))
	w.deleted("core.works", work, long)
	w.run()
	for _, table := range []string{"core.works", "core.work_titles", "core.work_contributors", "core.expressions", "core.expression_contributors", "core.text_lines", "core.text_revisions",
		"core.alignments", "core.rights", "core.revisions", "social.likes", "social.bookmarks", "social.comments", "stats.totals",
		"stats.hourly", "stats.daily", "stats.brought", "core.text_analyses", "core.text_vocabularies", "core.term_documents"} {
		require.Zero(t, w.count(table), table)
	}
	require.Equal(t, 1, w.count("ops.audit_log WHERE subject_id = $1 AND action = 'unpublishWork'", work.UUID), "the audit stays")
	require.Equal(t, 1, w.count("ops.audit_log WHERE subject_id = $1 AND action = 'purge'", work.UUID))
	require.Equal(t, []string{"NOT_FOUND id"}, w.Change(editor, "restoreWork", "RestoreWorkInput", "work { id }", map[string]any{"id": work.String()}).Codes())
	for _, id := range []publicid.ID{work, original, text} {
		require.Equal(t, "null", string(w.Ask(editor, "query($id: ID!) { editable(id: $id) { __typename } }", map[string]any{"id": id.String()}).Data["editable"]))
		require.Zero(t, w.count("view.subject WHERE id = $1", id.UUID))
	}
	w.run() // again there is nothing to do
}

// A text goes by itself, and what was made from it keeps its language.
func TestTranslation(t *testing.T) {
	w := newWorld(t)
	work := w.PublishedWork("it", "La Commedia")
	source, relay := w.PublishedText(work, "TRANSLATION", "la", "In medio"), w.PublishedText(work, "TRANSLATION", "en", "Midway")
	w.Exec("UPDATE core.expressions SET source_expression_id = $1 WHERE id = $2", source.UUID, relay.UUID)
	w.Exec("UPDATE core.expressions SET status = 'UNPUBLISHED' WHERE id = $1", source.UUID)
	w.deleted("core.expressions", source, long)
	w.run()
	require.Equal(t, 1, w.count("core.expressions"))
	require.Equal(t, "la", writetest.One[string](w.World, "SELECT source_language FROM view.expression WHERE id = $1", relay.UUID))
	require.Equal(t, 1, w.count("core.text_revisions"))
}

// An author stays while somebody is still credited to them; what was merged keeps its
// history and leads on.
func TestAuthor(t *testing.T) {
	w := newWorld(t)
	editor := w.User(identity.Editor)
	work := w.PublishedWork("it", "La Commedia")
	credited := writetest.One[uuid.UUID](w.World, "SELECT person_id FROM core.work_contributors WHERE work_id = $1", work.UUID)
	alone, merged, survivor := w.Person("Nobody"), w.Person("Dante A."), w.Person("Dante")
	w.Change(editor, "mergeAuthors", "MergeAuthorsInput", "author { id }", map[string]any{"sourceIds": []any{merged.String()}, "targetId": survivor.String(),
		"expectedVersions": []any{map[string]any{"id": merged.String(), "version": 1}, map[string]any{"id": survivor.String(), "version": 1}}}).Ok()
	for _, id := range []publicid.ID{alone, merged, publicid.Of("PERSON", credited)} {
		w.deleted("core.persons", id, long)
	}
	w.run()
	require.Equal(t, 2, w.count("core.persons"))
	require.Equal(t, 1, w.count("core.revisions WHERE subject_id = $1", merged.UUID))
	require.Equal(t, survivor.String(), writetest.One[string](w.World, "SELECT new_public_id FROM view.redirect WHERE old_id = $1", merged.UUID))
	w.Exec("UPDATE core.works SET status = 'UNPUBLISHED' WHERE id = $1", work.UUID)
	w.deleted("core.works", work, long)
	w.run()
	require.Equal(t, 1, w.count("core.persons"), "the credit went with the work")
}

// A comment with replies loses its words, and goes when they have gone.
func TestComments(t *testing.T) {
	w := newWorld(t)
	work := w.PublishedWork("it", "La Commedia")
	reader := w.User(identity.Reader)
	var first, second, third struct{ ID string }
	say := func(parent string) writetest.Payload {
		in := map[string]any{"subjectId": work.String(), "body": "Words."}
		if parent != "" {
			in["parentId"] = parent
		}
		return w.Change(reader, "createComment", "CreateCommentInput", "comment { id }", in).Ok()
	}
	say("").Into("comment", &first)
	say(first.ID).Into("comment", &second)
	say(second.ID).Into("comment", &third)
	drop := func(ids ...string) {
		for _, id := range ids {
			w.Exec("UPDATE social.comments SET status = 'DELETED', deleted_at = now() - interval '31 days' WHERE id = (SELECT id FROM core.subjects WHERE public_id = $1)", id)
		}
		w.run()
	}
	drop(first.ID, second.ID)
	require.Equal(t, 2, w.count("social.comments WHERE body = '' AND author_id IS NULL"))
	require.Equal(t, 3, w.count("view.comment"), "stubs")
	drop(third.ID)
	require.Zero(t, w.count("social.comments"))
}

func TestCollectionsAndCategories(t *testing.T) {
	w := newWorld(t)
	owner := w.User(identity.Reader)
	work := w.PublishedWork("it", "La Commedia")
	var made struct{ ID string }
	w.Change(owner, "createCollection", "CreateCollectionInput", "collection { id }", map[string]any{"title": "Mine"}).Ok().Into("collection", &made)
	w.Change(owner, "addCollectionItem", "AddCollectionItemInput", "item { note }", map[string]any{"collectionId": made.ID, "subjectId": work.String()}).Ok()
	w.Exec("UPDATE social.collections SET deleted_at = now() - interval '31 days'")
	top, below := w.subject("CATEGORY"), w.subject("CATEGORY")
	w.Exec("INSERT INTO core.categories (id, category_kind, names, path, deleted_at) VALUES ($1, 'GENRE', '{}', '/a/', now() - interval '31 days')", top)
	w.Exec("INSERT INTO core.categories (id, parent_id, category_kind, names, path) VALUES ($1, $2, 'GENRE', '{}', '/a/b/')", below, top)
	w.Exec("INSERT INTO core.subject_categories (subject_id, category_id) VALUES ($1, $2), ($1, $3)", work.UUID, top, below)
	w.run()
	require.Zero(t, w.count("social.collections")+w.count("social.collection_items"))
	require.Equal(t, 2, w.count("core.categories"), "something live is below it")
	w.Exec("UPDATE core.categories SET deleted_at = now() - interval '31 days'")
	w.run()
	require.Zero(t, w.count("core.categories")+w.count("core.subject_categories"))
}

// More than one statement takes goes all the same, and history of what is live does not.
func TestMuch(t *testing.T) {
	w := newWorld(t)
	work := w.PublishedWork("it", "La Commedia")
	text := w.PublishedText(work, "TRANSLATION", "en", "")
	w.Exec("INSERT INTO core.text_lines (expression_id, seq, line_key, ref, content) SELECT $1::uuid, n, md5('line' || n)::uuid, n::text, 'x' FROM generate_series(1, 10001) n", text.UUID)
	w.Exec("INSERT INTO core.revisions (subject_id, version, snapshot) SELECT $1, n, '{}' FROM generate_series(1, 50) n", work.UUID)
	require.Zero(t, writetest.One[int](w.World, "SELECT core.forget_history($1, 100)", work.UUID))
	require.Equal(t, 50, w.count("core.revisions"))
	w.deleted("core.works", work, long)
	w.run()
	require.Zero(t, w.count("core.text_lines")+w.count("core.revisions"))
}
