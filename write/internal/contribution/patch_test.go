package contribution_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

func newWork(s *scene) object {
	return object{"originalLanguage": "de", "literatureType": "POETRY", "titles": []any{object{"language": "de", "title": "Faust"}},
		"contributors": []any{object{"personId": s.Person("Goethe").String()}}, "text": "Ihr naht euch wieder,\n\nschwankende Gestalten"}
}

// Every kind of change goes its way, and comes to what the editors' command does.
func TestEveryType(t *testing.T) {
	s := newScene(t)
	original := s.PublishedText(s.work, "ORIGINAL", "it", "Nel mezzo\ndel cammin")
	english := s.PublishedText(s.work, "TRANSLATION", "en", "Midway\nof the way")
	person := s.Person("Dante")
	s.Exec("INSERT INTO core.work_contributors (work_id, person_id, role) VALUES ($1, $2, 'EDITOR')", s.work.UUID, person.UUID)
	lines := func(from, to int) object { return object{"from": from, "to": to} }
	for name, c := range map[string]struct {
		kind      string
		patch     object
		languages []string
		check     string // of the applied id
	}{
		"new work": {"CREATE_WORK", object{"createWork": newWork(s)}, []string{"de"},
			"SELECT status = 'DRAFT' AND created_by = $2 AND EXISTS (SELECT FROM core.expressions WHERE work_id = $1 AND line_count = 2) FROM core.works WHERE id = $1"},
		"description": {"EDIT_WORK", s.describe(1, "A poem."), []string{"it"},
			"SELECT description = 'A poem.' AND updated_by = $2 FROM core.works WHERE id = $1"},
		"titles and contributors": {"EDIT_WORK", object{
			"setWorkTitles":       object{"id": s.work.String(), "expectedVersion": 1, "titles": []any{object{"language": "it", "title": "Divina Commedia"}}},
			"setWorkContributors": object{"id": s.work.String(), "expectedVersion": 1, "contributors": []any{object{"personId": person.String()}}},
			"updateWork":          object{"id": s.work.String(), "expectedVersion": 1, "patch": object{"created": "1304/1321"}, "message": "All at once."},
		}, []string{"it"}, `SELECT year_from = 1304 AND version = 4 AND (SELECT title FROM core.work_titles WHERE work_id = $1) = 'Divina Commedia' AND updated_by = $2
			AND (SELECT count(*) FROM core.work_contributors WHERE work_id = $1) = 1 FROM core.works WHERE id = $1`},
		"new translation": {"CREATE_TRANSLATION", object{"createTranslation": object{"workId": s.work.String(), "language": "de", "title": "Die Komödie", "sourceExpressionId": original.String()}},
			[]string{"de"}, "SELECT status = 'DRAFT' AND created_by = $2 AND source_expression_id IS NOT NULL FROM core.expressions WHERE id = $1"},
		"description of a translation": {"EDIT_TRANSLATION", object{"updateTranslation": object{"id": english.String(), "expectedVersion": 1, "patch": object{"year": 1867, "notes": nil}}},
			[]string{"en"}, "SELECT year = 1867 AND updated_by = $2 FROM core.expressions WHERE id = $1"},
		"text": {"EDIT_TEXT", object{"setText": object{"expressionId": english.String(), "expectedRevision": 1, "plainText": "Midway upon\nthe journey"}},
			[]string{"en"}, `SELECT text_revision = 2 AND (SELECT actor_id = $2 AND contribution_id IS NOT NULL FROM core.text_revisions WHERE expression_id = $1 AND revision = 2)
			FROM core.expressions WHERE id = $1`},
		"new author": {"CREATE_AUTHOR", object{"createAuthor": object{"names": []any{object{"language": "en", "name": "Longfellow"}}, "birth": "1807"}},
			[]string{}, "SELECT birth_year = 1807 AND created_by = $2 FROM core.persons WHERE id = $1"},
		"author": {"EDIT_AUTHOR", object{
			"updateAuthor":   object{"id": person.String(), "expectedVersion": 1, "patch": object{"bio": "A poet."}},
			"setAuthorNames": object{"id": person.String(), "expectedVersion": 1, "names": []any{object{"language": "it", "name": "Dante Alighieri"}}},
		}, []string{}, "SELECT bio = 'A poet.' AND version = 3 AND updated_by = $2 FROM core.persons WHERE id = $1"},
		"alignment": {"ALIGNMENT", object{"upsertAlignment": object{"leftId": original.String(), "rightId": english.String(), "leftRevision": 1, "rightRevision": 1,
			"groups": []any{object{"left": lines(1, 2), "right": lines(1, 2)}}}},
			[]string{"en", "it"}, "SELECT status = 'APPROVED' AND created_by = $2 AND approved_by <> $2 FROM core.alignments WHERE id = $1"},
	} {
		t.Run(name, func(t *testing.T) {
			inner, err := s.Tx.Begin(t.Context())
			require.NoError(t, err)
			defer func() { require.NoError(t, inner.Rollback(t.Context())) }() // each finds the library as it was
			c2 := s.submitted(c.patch)
			require.Equal(t, c.kind, c2.Type)
			require.Equal(t, c.languages, c2.Languages)
			if len(c.languages) > 0 {
				require.Equal(t, []string{"LANGUAGE_NOT_HELD id"}, s.review(s.User(identity.Reviewer, "ru"), c2.ID, 1, "APPROVE", nil).Codes())
			}
			who := s.reviewer
			if len(c.languages) == 1 && c.languages[0] == "de" {
				who = s.german
			}
			done := of(s.review(who, c2.ID, 1, "APPROVE", nil))
			require.Equal(t, "APPLIED", done.Status, done.Faults)
			require.True(t, writetest.One[bool](s.World, c.check, uuidOf(t, done.Applied.ID), s.author.UserID))
			require.Equal(t, done.AppliedVersion, ptr(writetest.One[int](s.World, "SELECT version FROM "+map[string]string{"WORK": "core.works", "EXPRESSION": "core.expressions",
				"PERSON": "core.persons", "ALIGNMENT": "core.alignments"}[done.Applied.Kind]+" WHERE id = $1", uuidOf(t, done.Applied.ID))))
			require.True(t, writetest.One[bool](s.World, "SELECT NOT EXISTS (SELECT FROM view.verify() WHERE missing + surplus > 0)"))

			patch := ask[struct{ Patch object }](s, s.reviewer, "query($id: ID!) { contribution(id: $id) { patch } }", object{"id": c2.ID}).Patch
			require.Equal(t, keysOf(c.patch), keysOf(patch))
		})
	}
}

// The rules are the editors' own, and their fields lie under the patch.
func TestPatchFaults(t *testing.T) {
	s := newScene(t)
	text := s.PublishedText(s.work, "TRANSLATION", "en", "Midway")
	closed := s.PublishedText(s.work, "TRANSLATION", "fr", strings.Repeat("A line\n", 60))
	s.Exec("UPDATE core.rights SET status = 'IN_COPYRIGHT' WHERE subject_id = $1", closed.UUID)
	hidden := s.PublishedWork("it", "Hidden")
	s.Unpublish(hidden)
	set := func(id fmt.Stringer, more object) object {
		return object{"setText": with(object{"expressionId": id.String(), "expectedRevision": 1}, more)}
	}
	for name, c := range map[string]struct {
		patch object
		want  []string
	}{
		"nothing":           {object{}, []string{"BLANK patch"}},
		"nothing of it":     {object{"updateWork": object{"id": s.work.String(), "expectedVersion": 1, "patch": object{}}}, []string{"BLANK patch.updateWork.patch"}},
		"its tags":          {object{"createWork": with(newWork(s), object{"titles": []any{}, "created": "?"})}, []string{"TOO_SHORT patch.createWork.titles", "INVALID patch.createWork.created"}},
		"its dates":         {object{"createWork": with(newWork(s), object{"created": "1304/1200"})}, []string{"INVALID patch.createWork.created"}},
		"its rules":         {object{"createWork": with(newWork(s), object{"originalLanguage": "zz", "titles": []any{object{"language": "de", "title": "x", "kind": "INCIPIT"}}})}, []string{"INVALID patch.createWork.originalLanguage", "INVALID patch.createWork.titles"}},
		"its text":          {object{"createWork": with(newWork(s), object{"text": " "})}, []string{"BLANK patch.createWork.text"}},
		"another kind":      {object{"updateWork": object{"id": text.String(), "expectedVersion": 1, "patch": object{"description": "x"}}}, []string{"INVALID patch.updateWork.id"}},
		"two types":         {with(s.describe(1, "x"), set(text, object{"plainText": "x"})), []string{"INVALID patch.setText"}},
		"two works":         {with(s.describe(1, "x"), object{"setWorkTitles": object{"id": hidden.String(), "expectedVersion": 1, "titles": []any{object{"language": "it", "title": "x"}}}}), []string{"INVALID patch.setWorkTitles"}},
		"two versions":      {with(s.describe(1, "x"), object{"setWorkTitles": object{"id": s.work.String(), "expectedVersion": 2, "titles": []any{object{"language": "it", "title": "x"}}}}), []string{"INVALID patch.setWorkTitles"}},
		"the second's":      {with(s.describe(1, "x"), object{"setWorkTitles": object{"id": s.work.String(), "expectedVersion": 1, "titles": []any{object{"language": "it", "title": "x", "kind": "INCIPIT"}}}}), []string{"INVALID patch.setWorkTitles.titles"}},
		"stale":             {s.describe(2, "x"), []string{"STALE_VERSION patch.updateWork.expectedVersion"}},
		"stale text":        {object{"setText": object{"expressionId": text.String(), "expectedRevision": 2, "plainText": "x"}}, []string{"STALE_REVISION patch.setText.expectedRevision"}},
		"lines":             {set(text, object{"lines": []any{object{"content": " "}, object{"content": "a\nb"}}}), []string{"BLANK patch.setText.lines.0.content", "INVALID patch.setText.lines.1.content"}},
		"too large":         {set(text, object{"plainText": strings.Repeat(strings.Repeat("я", 1000)+"\n", 1100)}), []string{"TOO_LONG patch"}},
		"out of sight":      {object{"updateWork": object{"id": hidden.String(), "expectedVersion": 1, "patch": object{"description": "x"}}}, []string{"NOT_FOUND patch.updateWork.id"}},
		"no such":           {object{"updateAuthor": object{"id": "prsn_01h455vb4pex5vsknk084sn02q", "expectedVersion": 1, "patch": object{"bio": "x"}}}, []string{"NOT_FOUND patch.updateAuthor.id"}},
		"of hidden work":    {object{"createTranslation": object{"workId": hidden.String(), "language": "en", "title": "x"}}, []string{"NOT_FOUND patch.createTranslation.workId"}},
		"not readable":      {set(closed, object{"plainText": "x"}), []string{"FORBIDDEN patch.setText.expressionId"}},
		"quality":           {object{"updateTranslation": object{"id": text.String(), "expectedVersion": 1, "patch": object{"quality": 4}}}, []string{"FORBIDDEN patch.updateTranslation.patch.quality"}},
		"cycle":             {object{"updateTranslation": object{"id": text.String(), "expectedVersion": 1, "patch": object{"sourceExpressionId": text.String()}}}, []string{"CYCLE patch.updateTranslation.patch.sourceExpressionId"}},
		"nobody dies first": {object{"createAuthor": object{"names": []any{object{"language": "en", "name": "x"}}, "birth": "1900", "death": "1800"}}, []string{"INVALID patch.createAuthor.death"}},
		"range":             {object{"upsertAlignment": object{"leftId": text.String(), "rightId": s.PublishedText(s.work, "TRANSLATION", "de", "a").String(), "leftRevision": 1, "rightRevision": 1, "groups": []any{object{"left": object{"from": 1, "to": 9}}}}}, []string{"INVALID patch.upsertAlignment.groups.0.left"}},
	} {
		t.Run(name, func(t *testing.T) { require.ElementsMatch(t, c.want, s.create(s.author, c.patch).Codes()) })
	}
	require.Zero(t, writetest.One[int](s.World, "SELECT count(*)::int FROM core.contributions"))
	require.Equal(t, 1, writetest.One[int](s.World, "SELECT max(version) FROM core.works"), "nothing was done")

	in := object{"title": "", "message": long(5001), "patch": s.describe(1, "x")}
	require.Equal(t, []string{"BLANK title", "TOO_LONG message"}, s.Change(s.author, "createContribution", "CreateContributionInput", "", in).Codes())
	require.Equal(t, "UNAUTHENTICATED", s.refused(nil, "createContribution", "CreateContributionInput", in))
	unverified := s.User(identity.Contributor)
	unverified.Verified = false
	require.Equal(t, "FORBIDDEN", s.refused(unverified, "createContribution", "CreateContributionInput", in))
}

// A closed text is proposed anew by who may read it: its translator.
func TestTextsThatAreNotOpen(t *testing.T) {
	s := newScene(t)
	closed := s.PublishedText(s.work, "TRANSLATION", "fr", strings.Repeat("A line\n", 60))
	s.Exec("UPDATE core.rights SET status = 'IN_COPYRIGHT' WHERE subject_id = $1", closed.UUID)
	translator := s.Claim(closed)
	patch := object{"setText": object{"expressionId": closed.String(), "expectedRevision": 1, "plainText": "Another line"}}
	c := of(s.create(translator, patch))
	of(s.submit(translator, c.ID, 1))
	const query = "query($id: ID!) { contributionDiff(id: $id) { complete chunks { base { content } } } }"
	type diff struct {
		Complete bool
		Chunks   []struct{ Base []struct{ Content string } }
	}
	seen := ask[diff](s, s.User(identity.Reviewer, "fr"), query, object{"id": c.ID})
	require.True(t, seen.Complete)
	require.Len(t, seen.Chunks[0].Base, 60)
	other := ask[diff](s, s.german, query, object{"id": c.ID})
	require.False(t, other.Complete, "who does not decide about it reads what everybody reads")
	require.Empty(t, other.Chunks)
}

func TestFifty(t *testing.T) {
	s := newScene(t)
	first := of(s.create(s.author, s.describe(1, "A poem.")))
	s.Exec("INSERT INTO core.subjects (id, kind) SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'CONTRIBUTION' FROM generate_series(1, 49) n")
	s.Exec(`INSERT INTO core.contributions (id, author_id, contribution_type, title, patch)
		SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, 'CREATE_AUTHOR', 'x', '{}' FROM generate_series(1, 49) n`, s.author.UserID)
	p := s.create(s.author, s.describe(1, "One more."))
	require.Equal(t, []string{"LIMIT_REACHED"}, p.Codes())
	require.Equal(t, []string{"LIMIT_REACHED"}, s.Change(s.author, "createWork", "CreateWorkInput", "contribution { id }", newWork(s)).Codes())
	of(s.create(s.User(identity.Contributor), s.describe(1, "By another.")))
	of(s.withdraw(s.author, first.ID))
	of(s.create(s.author, s.describe(1, "One more.")))
}

func TestIdempotency(t *testing.T) {
	s := newScene(t)
	first := of(s.create(s.author, s.describe(1, "A poem."), "Idempotency-Key", "key-00001"))
	require.Equal(t, first.ID, of(s.create(s.author, s.describe(1, "A poem."), "Idempotency-Key", "key-00001")).ID)
	in := object{"title": "A change", "patch": s.describe(1, "Another.")}
	a := s.Ask(s.author, "mutation($in: CreateContributionInput!) { createContribution(input: $in) { contribution { id } } }", object{"in": in}, "Idempotency-Key", "key-00001")
	require.Equal(t, "IDEMPOTENCY_CONFLICT", a.Code())
	require.Equal(t, 1, writetest.One[int](s.World, "SELECT count(*)::int FROM core.contributions"))
}

// What a contributor makes waits for review; an editor's is made at once.
func TestContributorsMakeContributions(t *testing.T) {
	s := newScene(t)
	author := object{"names": []any{object{"language": "en", "name": "Longfellow"}}}
	translation := object{"workId": s.work.String(), "language": "en", "title": "The Comedy"}
	for mutation, c := range map[string]struct {
		field string
		in    object
		kind  string
	}{
		"createWork": {"work", newWork(s), "CREATE_WORK"}, "createAuthor": {"author", author, "CREATE_AUTHOR"}, "createTranslation": {"translation", translation, "CREATE_TRANSLATION"},
	} {
		t.Run(mutation, func(t *testing.T) {
			input := strings.ToUpper(mutation[:1]) + mutation[1:] + "Input"
			selected := c.field + " { id } contribution { " + selection + " }"
			p := s.Change(s.author, mutation, input, selected, c.in, "Idempotency-Key", "key-"+mutation)
			begun := of(p)
			require.Equal(t, "SUBMITTED", begun.Status)
			require.Equal(t, c.kind, begun.Type)
			var nothing *struct{}
			p.Into(c.field, &nothing)
			require.Nil(t, nothing)
			require.Equal(t, begun.ID, of(s.Change(s.author, mutation, input, selected, c.in, "Idempotency-Key", "key-"+mutation)).ID)
			require.Equal(t, "APPLIED", of(s.review(s.editor, begun.ID, 1, "APPROVE", nil)).Status)
			if mutation != "createTranslation" { // of one language there may be many
				p = s.Change(s.editor, mutation, input, selected, c.in)
				p.Ok().Into("contribution", &nothing)
				require.Nil(t, nothing)
			}
		})
	}
	bad := s.Change(s.author, "createTranslation", "CreateTranslationInput", "contribution { id }", with(translation, object{"language": "zz", "origin": "MACHINE"}))
	require.ElementsMatch(t, []string{"INVALID language", "BLANK provenance"}, bad.Codes(), "the fields are the input's own")
	hidden := s.PublishedWork("it", "Hidden")
	s.Unpublish(hidden)
	require.Equal(t, []string{"NOT_FOUND workId"}, s.Change(s.author, "createTranslation", "CreateTranslationInput", "contribution { id }", with(translation, object{"workId": hidden.String()})).Codes())
	title := strings.Repeat("é", 300)
	require.Len(t, []rune(of(s.Change(s.author, "createWork", "CreateWorkInput", "contribution { "+selection+" }",
		with(newWork(s), object{"titles": []any{object{"language": "de", "title": title}}}))).Title), 200)
}
