package merge_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// pair is two works of one title, a target with its original text and a source with
// one in another language and a translation.
type pair struct {
	world
	target, source               publicid.ID
	original, other, translation publicid.ID
}

func newPair(t testing.TB) pair {
	w := newWorld(t)
	p := pair{world: w, target: w.PublishedWork("it", "La Commedia"), source: w.PublishedWork("la", "Comoedia")}
	p.original = w.PublishedText(p.target, "ORIGINAL", "it", "Nel mezzo")
	p.other = w.PublishedText(p.source, "ORIGINAL", "la", "In medio")
	p.translation = w.PublishedText(p.source, "TRANSLATION", "en", "Midway")
	w.Exec("UPDATE core.expressions SET source_expression_id = $1 WHERE id = $2", p.other.UUID, p.translation.UUID)
	w.slug(p.target, uuid.Nil, "la-commedia")
	w.slug(p.source, uuid.Nil, "comoedia")
	w.slug(p.original, p.target.UUID, "it.original")
	w.slug(p.other, p.source.UUID, "la.original")
	w.slug(p.translation, p.source.UUID, "en.longfellow")
	return p
}

func TestMergeWorks(t *testing.T) {
	w := newPair(t)
	w.Exec("UPDATE core.works SET description = 'A poem.', created_edtf = '1321', year_from = 1321, year_to = 1321 WHERE id = $1", w.source.UUID)
	w.Exec(`INSERT INTO core.work_titles (id, work_id, language, title, sort_title, position) VALUES
		(gen_random_uuid(), $1, 'it', 'Commedia', 'Commedia', 1), (gen_random_uuid(), $1, 'en', 'The Comedy', 'Comedy', 2)`, w.source.UUID)
	w.Exec("INSERT INTO core.external_ids (scheme, value, subject_id, kind) VALUES ('WIKIDATA', 'Q1', $1, 'WORK')", w.source.UUID)
	low, high := w.other.UUID, w.translation.UUID
	if low.String() > high.String() {
		low, high = high, low
	}
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES (md5('alignment')::uuid, 'ALIGNMENT')")
	w.Exec("INSERT INTO core.alignments (id, work_id, left_id, right_id, left_revision, right_revision, method, status) VALUES (md5('alignment')::uuid, $1, $2, $3, 1, 1, 'MANUAL', 'APPROVED')", w.source.UUID, low, high)
	var made struct {
		ID, Title string
		Version   int
	}
	w.mergeAt(w.editor, w.target, []publicid.ID{w.source}, w.versions(w.source, w.target), map[string]any{"message": "One poem"}).Ok().Into("work", &made)
	require.Equal(t, w.target.String(), made.ID)
	require.Equal(t, 2, made.Version)
	w.sound(w.source)
	w.leads(w.source, "comoedia", w.target)

	for _, text := range []publicid.ID{w.other, w.translation} {
		require.Equal(t, w.target.UUID, writetest.One[uuid.UUID](w.World, "SELECT work_id FROM view.expression WHERE id = $1", text.UUID))
		require.Equal(t, 1, writetest.One[int](w.World, "SELECT aligned_count FROM view.expression WHERE id = $1", text.UUID))
		require.Equal(t, "moved with "+w.source.String(), writetest.One[string](w.World, "SELECT message FROM core.revisions WHERE subject_id = $1", text.UUID))
	}
	require.Equal(t, w.translation.UUID, writetest.One[uuid.UUID](w.World, `SELECT subject_id FROM view.slug WHERE kind = 'EXPRESSION' AND slug = 'en.longfellow'
		AND scope_id = (SELECT subject_id FROM view.slug WHERE kind = 'WORK' AND slug = 'comoedia')`), "the whole old address leads there")
	require.Equal(t, "La Commedia|PRIMARY Comoedia|PRIMARY Commedia|ALTERNATIVE The Comedy|PRIMARY", writetest.One[string](w.World,
		"SELECT string_agg(title || '|' || title_kind, ' ' ORDER BY position) FROM core.work_titles WHERE work_id = $1", w.target.UUID))
	require.Equal(t, "A poem. 1321 1321", writetest.One[string](w.World, "SELECT concat_ws(' ', description, created_edtf, year_to) FROM view.work WHERE id = $1", w.target.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT cardinality(author_ids) FROM view.work WHERE id = $1", w.target.UUID))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT jsonb_array_length(external_ids) FROM view.work WHERE id = $1", w.target.UUID))

	require.Equal(t, "One poem (merged "+w.source.String()+")", writetest.One[string](w.World, "SELECT message FROM core.revisions WHERE subject_id = $1 AND version = 2", w.target.UUID))
	require.Equal(t, 3, writetest.One[int](w.World, "SELECT jsonb_array_length(snapshot -> 'titles') FROM core.revisions WHERE subject_id = $1 AND message = $2", w.source.UUID, "merged into "+w.target.String()))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM ops.audit_log WHERE action = 'mergeWorks' AND subject_id IN ($1, $2)", w.source.UUID, w.target.UUID))
	require.Equal(t, []string{"INVALID_STATE id"}, w.Change(w.editor, "restoreWork", "RestoreWorkInput", "work { id }", map[string]any{"id": w.source.String()}).Codes())
}

// What both sides had is there once, and what somebody wrote is not lost.
func TestFolds(t *testing.T) {
	w := newPair(t)
	both, one := w.User(identity.Reader), w.User(identity.Reader)
	collection, err := publicid.New("COLLECTION")
	require.NoError(t, err)
	w.Exec("INSERT INTO core.subjects (id, kind) VALUES ($1, 'COLLECTION')", collection.UUID)
	w.Exec("INSERT INTO social.collections (id, owner_id, title, visibility) VALUES ($1, $2, 'x', 'PUBLIC')", collection.UUID, both.UserID)
	for i, id := range []publicid.ID{w.target, w.source} {
		about := map[string]any{"subjectId": id.String()}
		w.Change(both, "like", "LikeInput", "stats { likes }", about).Ok()
		w.Change(both, "createBookmark", "CreateBookmarkInput", "bookmark { id }", map[string]any{"subjectId": id.String(), "note": []string{"here", "there"}[i], "labels": []string{"a", id.String()[:10]}}).Ok()
		w.Change(both, "createComment", "CreateCommentInput", "comment { id }", map[string]any{"subjectId": id.String(), "body": "Ah."}).Ok()
		w.Change(both, "reportContent", "ReportContentInput", "report { id }", map[string]any{"subjectId": id.String(), "reason": []string{"SPAM", "COPYRIGHT"}[i], "detail": "Look."}).Ok()
		w.Change(both, "addCollectionItem", "AddCollectionItemInput", "item { note }", map[string]any{"collectionId": collection.String(), "subjectId": id.String()}).Ok()
	}
	w.Change(one, "like", "LikeInput", "stats { likes }", map[string]any{"subjectId": w.source.String()}).Ok()
	w.Exec("INSERT INTO stats.trending (period, kind, rank, subject_id, score, z_score) VALUES ('DAY', 'WORK', 1, $1, 1, 1), ('DAY', 'WORK', 2, $2, 1, 1), ('WEEK', 'WORK', 1, $2, 1, 1)", w.target.UUID, w.source.UUID)
	w.Exec("INSERT INTO stats.hourly VALUES ('2026-01-01 10:00Z', $1, 1), ('2026-01-01 10:00Z', $2, 2), ('2026-01-01 11:00Z', $2, 4)", w.target.UUID, w.source.UUID)
	w.Exec("INSERT INTO stats.daily VALUES ('2026-01-01', $1, 1), ('2026-01-01', $2, 6)", w.target.UUID, w.source.UUID)
	w.Exec("INSERT INTO stats.brought VALUES ($1, 3, 0, 0), ($2, 5, 0, 0)", w.target.UUID, w.source.UUID)
	w.merge(w.target, w.source).Ok()
	w.sound(w.source)
	require.Equal(t, "3,4 7 8", writetest.One[string](w.World, `SELECT concat_ws(' ', (SELECT string_agg(views::text, ',' ORDER BY hour) FROM stats.hourly WHERE subject_id = $1),
		(SELECT views FROM stats.daily WHERE subject_id = $1), (SELECT views FROM stats.brought WHERE subject_id = $1))`, w.target.UUID))
	require.Equal(t, "2 1 2 1", writetest.One[string](w.World, "SELECT concat_ws(' ', likes, bookmarks, comments, collections) FROM stats.totals WHERE subject_id = $1", w.target.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM social.likes WHERE subject_id = $1", w.target.UUID))
	require.Equal(t, "here\n\nthere", writetest.One[string](w.World, "SELECT note FROM social.bookmarks WHERE subject_id = $1", w.target.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM view.comment WHERE subject_id = $1", w.target.UUID))
	require.Equal(t, 1, writetest.One[int](w.World, "SELECT count(*)::int FROM view.collection_item WHERE subject_id = $1", w.target.UUID))
	require.Equal(t, "Look.\n\nCOPYRIGHT: Look.", writetest.One[string](w.World, "SELECT detail FROM social.reports WHERE status = 'OPEN' AND subject_id = $1", w.target.UUID))
	require.Equal(t, 2, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.trending WHERE subject_id = $1", w.target.UUID))
}

func TestTagsAndCategories(t *testing.T) {
	w := newPair(t)
	w.Exec(`INSERT INTO core.subjects (id, kind) SELECT md5('tag' || n)::uuid, 'TAG' FROM generate_series(1, 40) n`)
	w.Exec(`INSERT INTO core.tags (id, name, name_canonical) SELECT md5('tag' || n)::uuid, 'tag ' || n, 'tag ' || n FROM generate_series(1, 40) n`)
	w.Exec(`INSERT INTO core.subject_tags (subject_id, tag_id) SELECT CASE WHEN s = 1 THEN $1::uuid ELSE $2 END, md5('tag' || n)::uuid FROM generate_series(1, 2) s, generate_series(1, 20) n WHERE true`, w.target.UUID, w.source.UUID)
	w.Exec(`INSERT INTO core.subject_tags (subject_id, tag_id) SELECT $1, md5('tag' || n)::uuid FROM generate_series(21, 30) n`, w.source.UUID)
	w.merge(w.target, w.source).Ok()
	w.sound(w.source)
	require.Equal(t, 30, writetest.One[int](w.World, "SELECT cardinality(tag_ids) FROM view.work WHERE id = $1", w.target.UUID))
}

// Two originals in one language clash; the answer says which, all of them.
func TestClash(t *testing.T) {
	w := newPair(t)
	third := w.PublishedWork("it", "Commedia")
	mine := w.PublishedText(third, "ORIGINAL", "it", "Nel mezzo")
	latin := w.PublishedText(third, "ORIGINAL", "la", "In medio")
	clash := w.merge(w.target, w.source, third)
	require.Equal(t, []string{"CONFLICT sourceIds.1", "CONFLICT sourceIds.1"}, clash.Codes())
	told := map[string]string{}
	for _, f := range clash.Faults {
		params := map[string]string{}
		for _, p := range f.Params {
			params[p.Name] = p.Value
		}
		told[params["expressionId"]] = params["otherId"]
	}
	require.Equal(t, map[string]string{mine.String(): w.original.String(), latin.String(): w.other.String()}, told)
	require.Equal(t, 3, writetest.One[int](w.World, "SELECT count(*)::int FROM view.work"), "nothing was changed")
	w.Exec("UPDATE core.expressions SET deleted_at = now(), status = 'UNPUBLISHED' WHERE id IN ($1, $2)", mine.UUID, latin.UUID)
	w.merge(w.target, w.source, third).Ok()
	w.sound(w.source, third)
}

func TestRefuses(t *testing.T) {
	w := newPair(t)
	at := func(versions ...any) writetest.Payload {
		return w.mergeAt(w.editor, w.target, []publicid.ID{w.source}, versions, nil)
	}
	version := func(id string, n int) any { return map[string]any{"id": id, "version": n} }
	w.Exec("UPDATE core.works SET version = 7 WHERE id = $1", w.source.UUID)
	stale := at(version(w.target.String(), 3), version(w.source.String(), 6))
	require.ElementsMatch(t, []string{"STALE_VERSION expectedVersions.0.version", "STALE_VERSION expectedVersions.1.version"}, stale.Codes())
	for _, f := range stale.Faults {
		if f.Field[1] == "1" {
			require.Equal(t, []struct{ Name, Value string }{{"current", "7"}, {"id", w.source.String()}}, sorted(f.Params))
		}
	}
	require.Equal(t, []string{"TOO_SHORT expectedVersions"}, at(version(w.target.String(), 1)).Codes())
	require.ElementsMatch(t, []string{"INVALID expectedVersions", "INVALID expectedVersions.1.id"}, at(version(w.target.String(), 1), version("work_01h455vb4pex5vsknk084sn02q", 1)).Codes())
	require.Equal(t, []string{"DUPLICATE sourceIds.0"}, w.mergeAt(w.editor, w.target, []publicid.ID{w.target}, w.versions(w.source, w.target), nil).Codes())
	require.Equal(t, []string{"DUPLICATE sourceIds"}, w.mergeAt(w.editor, w.target, []publicid.ID{w.source, w.source}, w.versions(w.source, w.target), nil).Codes())
	require.Equal(t, []string{"TOO_SHORT sourceIds"}, w.mergeAt(w.editor, w.target, nil, w.versions(w.source, w.target), nil).Codes())
	eleven := make([]publicid.ID, 11)
	for i := range eleven {
		eleven[i] = publicid.Of("WORK", uuid.New())
	}
	require.Equal(t, []string{"TOO_MANY sourceIds"}, w.mergeAt(w.editor, w.target, eleven, w.versions(w.source, w.target), nil).Codes())
	require.ElementsMatch(t, []string{"NOT_FOUND sourceIds.0"}, w.merge(w.target, eleven[0]).Codes())
	require.ElementsMatch(t, []string{"NOT_FOUND targetId"}, w.merge(eleven[0], w.source).Codes())
	require.Equal(t, []string{"INVALID sourceIds.0"}, w.mergeAt(w.editor, w.target, []publicid.ID{publicid.Of("TAG", w.source.UUID)}, w.versions(w.source, w.target), nil).Codes())

	w.Exec("UPDATE core.works SET status = 'WITHHELD' WHERE id = $1", w.source.UUID)
	require.Equal(t, []string{"INVALID_STATE sourceIds.0"}, w.merge(w.target, w.source).Codes())
	require.Equal(t, []string{"INVALID_STATE targetId"}, w.merge(w.source, w.target).Codes())
	w.Exec("UPDATE core.works SET status = 'DRAFT' WHERE id = $1", w.source.UUID)
	require.Equal(t, []string{"INVALID_STATE sourceIds.0"}, w.merge(w.source, w.target).Codes(), "nothing goes out of sight by a merge")
}

func sorted(params []struct{ Name, Value string }) []struct{ Name, Value string } {
	if len(params) == 2 && params[0].Name > params[1].Name {
		params[0], params[1] = params[1], params[0]
	}
	return params
}

func TestRoles(t *testing.T) {
	w := newPair(t)
	for _, target := range []publicid.ID{w.target, w.Person("Dante")} {
		source := map[string]publicid.ID{"WORK": w.source, "PERSON": w.Person("Dante A.")}[target.Kind]
		name, inputType, selection := operation(target)
		ask := func(who *identity.Actor) string {
			return w.Ask(who, "mutation($in: "+inputType+"!) { "+name+"(input: $in) { "+selection+" userErrors { code } } }",
				map[string]any{"in": input(target, []publicid.ID{source}, w.versions(source, target), nil)}).Code()
		}
		require.Equal(t, "UNAUTHENTICATED", ask(nil))
		for _, role := range []identity.Role{identity.Reader, identity.Contributor, identity.Reviewer} {
			require.Equal(t, "FORBIDDEN", ask(w.User(role)), role)
		}
		late := w.User(identity.Editor)
		late.ReauthAt = w.Now.Add(-6 * time.Minute)
		require.Equal(t, "REAUTH_REQUIRED", ask(late))
		require.Empty(t, ask(w.User(identity.Admin)))
	}
}

// Ten sources and a long message fit into the history.
func TestTenSources(t *testing.T) {
	w := newWorld(t)
	target := w.PublishedWork("it", "One")
	sources := make([]publicid.ID, 10)
	for i := range sources {
		sources[i] = w.PublishedWork("it", "One")
	}
	w.mergeAt(w.editor, target, sources, w.versions(append([]publicid.ID{target}, sources...)...), map[string]any{"message": strings.Repeat("é", 150)}).Ok()
	w.sound(sources...)
	require.Equal(t, 10, writetest.One[int](w.World, "SELECT count(*)::int FROM view.redirect WHERE new_id = $1", target.UUID))
	require.Equal(t, 10, writetest.One[int](w.World, "SELECT jsonb_array_length(detail -> 'sourceIds') FROM ops.audit_log WHERE subject_id = $1", target.UUID))
	require.Equal(t, []string{"TOO_LONG message"}, w.mergeAt(w.editor, target, sources[:1], w.versions(target, sources[0]), map[string]any{"message": strings.Repeat("é", 151)}).Codes())
}

func TestIdempotency(t *testing.T) {
	w := newPair(t)
	versions := w.versions(w.source, w.target)
	for range 2 {
		w.mergeAt(w.editor, w.target, []publicid.ID{w.source}, versions, nil, "Idempotency-Key", "merge-0001").Ok()
	}
	require.Equal(t, []string{"NOT_FOUND sourceIds.0"}, w.mergeAt(w.editor, w.target, []publicid.ID{w.source}, versions, nil).Codes())
}
