package merge_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/writetest"
)

// library is a world in which anything may happen.
type library struct {
	world
	r       *rand.Rand
	live    map[string][]publicid.ID    // by kind, those that were not merged
	gone    map[publicid.ID]publicid.ID // what was merged, and where it should lead now
	readers []*identity.Actor
}

var languages = []string{"it", "la", "en", "de", "fr"}

// TestAnything merges and edits at random; whatever came before, the read model is
// what it should be, and each old id leads to what is left of it in one step.
func TestAnything(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := newLibrary(t, seed)
			for step := range 30 {
				l.step(step)
			}
			l.check()
		})
	}
}

func newLibrary(t *testing.T, seed uint64) *library {
	l := &library{world: newWorld(t), r: rand.New(rand.NewPCG(seed, 7)), live: map[string][]publicid.ID{}, gone: map[publicid.ID]publicid.ID{}}
	for range 3 {
		l.readers = append(l.readers, l.User(identity.Contributor))
	}
	for i := range 8 {
		l.live["PERSON"] = append(l.live["PERSON"], l.Person(fmt.Sprint("Person ", i)))
	}
	for i := range 8 {
		work := l.PublishedWork(pick(l, languages), fmt.Sprint("Work ", i%5))
		l.slug(work, uuid.Nil, fmt.Sprint("work-", i))
		for n := range l.r.IntN(3) {
			kind := []string{"ORIGINAL", "TRANSLATION", "TRANSLATION"}[n]
			text := l.PublishedText(work, kind, pick(l, languages), "A line")
			l.slug(text, work.UUID, fmt.Sprint("text-", n))
		}
		for _, person := range l.live["PERSON"][:l.r.IntN(3)] {
			l.Exec("INSERT INTO core.work_contributors (work_id, person_id, role) VALUES ($1, $2, 'AUTHOR') ON CONFLICT DO NOTHING", work.UUID, person.UUID)
		}
		l.live["WORK"] = append(l.live["WORK"], work)
	}
	return l
}

func pick[T any](l *library, of []T) T { return of[l.r.IntN(len(of))] }

// step does one thing, or has it refused.
func (l *library) step(n int) {
	kind := pick(l, []string{"WORK", "PERSON"})
	about := map[string]any{"subjectId": pick(l, l.live[kind]).String()}
	who := pick(l, l.readers)
	switch l.r.IntN(8) {
	case 0, 1, 2:
		l.join(kind)
	case 3:
		l.Change(who, "like", "LikeInput", "stats { likes }", about)
	case 4:
		l.Change(who, "createComment", "CreateCommentInput", "comment { id }", map[string]any{"subjectId": about["subjectId"], "body": "Ah."})
	case 5:
		l.Change(who, "createTag", "CreateTagInput", "tag { id }", map[string]any{"name": fmt.Sprint("Tag ", n%7)})
		l.Change(who, "tagSubject", "TagSubjectInput", "filed { version }", map[string]any{"subjectId": about["subjectId"],
			"tagIds": writetest.One[[]string](l.World, "SELECT array_agg(public_id) FROM (SELECT public_id FROM core.subjects WHERE kind = 'TAG' ORDER BY id DESC LIMIT 2) s")})
	case 6:
		work := pick(l, l.live["WORK"])
		l.Change(l.editor, "updateWork", "UpdateWorkInput", "work { id }", map[string]any{"id": work.String(),
			"expectedVersion": l.version(work), "patch": map[string]any{"description": fmt.Sprint("Step ", n), "originalLanguage": pick(l, languages)}})
	case 7:
		l.Change(who, "createBookmark", "CreateBookmarkInput", "bookmark { id }", map[string]any{"subjectId": about["subjectId"], "note": fmt.Sprint("At ", n)})
	}
}

func (l *library) version(id publicid.ID) any {
	return l.versions(id)[0].(map[string]any)["version"]
}

// join merges one to three of a kind into another. A clash of two originals is told,
// and nothing is changed then.
func (l *library) join(kind string) {
	ids := slices.Clone(l.live[kind])
	l.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	count := 1 + l.r.IntN(3)
	if len(ids) < count+2 {
		return
	}
	target, sources := ids[0], ids[1:1+count]
	if faults := l.merge(target, sources...).Codes(); len(faults) > 0 {
		require.Contains(l.T, faults[0], "CONFLICT")
		return
	}
	for _, source := range sources {
		l.gone[source] = target
		l.live[kind] = slices.DeleteFunc(l.live[kind], func(id publicid.ID) bool { return id == source })
		for old, at := range l.gone {
			if at == source {
				l.gone[old] = target
			}
		}
	}
}

func (l *library) check() {
	l.T.Helper()
	require.NotEmpty(l.T, l.gone)
	var gone []publicid.ID
	for old, at := range l.gone {
		gone = append(gone, old)
		require.Equal(l.T, at.String(), writetest.One[string](l.World, "SELECT coalesce((SELECT new_public_id FROM view.redirect WHERE old_id = $1), 'nothing')", old.UUID))
		require.True(l.T, writetest.One[bool](l.World, "SELECT EXISTS (SELECT FROM view.subject WHERE id = $1)", at.UUID))
	}
	l.sound(gone...)
	require.Zero(l.T, writetest.One[int](l.World, "SELECT count(*)::int FROM core.slugs c WHERE kind = 'WORK' AND NOT EXISTS (SELECT FROM view.slug v WHERE v.kind = c.kind AND v.slug = c.slug)"), "every address leads somewhere")
	require.Zero(l.T, writetest.One[int](l.World, "SELECT count(*)::int FROM view.expression e WHERE e.slug = e.public_id AND EXISTS (SELECT FROM core.slugs s WHERE s.subject_id = e.id)"), "a text keeps an address")
	require.Zero(l.T, writetest.One[int](l.World, `SELECT count(*)::int FROM stats.totals t WHERE t.likes <> (SELECT count(*) FROM social.likes k WHERE k.subject_id = t.subject_id)
		OR t.bookmarks <> (SELECT count(*) FROM social.bookmarks k WHERE k.subject_id = t.subject_id) OR t.comments <> (SELECT count(*) FROM social.comments k WHERE k.subject_id = t.subject_id)`))
}
