package importer

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/slugs"
)

// work is a work record ready to be stored, with its original text if it has one.
type work struct {
	rec       *workRecord
	id        uuid.UUID
	series    *seriesRow
	titles    []titleRow
	languages []lang.Language
	original  *expression
}

type titleRow struct {
	language, title, subtitle, kind string
}

var worksTable = table{
	name: "core.works", key: []string{"id"},
	columns: []string{"id", "original_language", "literature_type", "created_edtf", "year_from", "year_to", "description", "series_id"},
	insert:  "status, published_at", values: publishedNow,
}

var workTitlesTable = table{
	name: "core.work_titles", key: []string{"id"}, owner: "work_id",
	columns: []string{"id", "work_id", "language", "title", "subtitle", "sort_title", "title_kind", "position"},
}

var workContributorsTable = table{
	name: "core.work_contributors", key: []string{"work_id", "person_id", "role"}, owner: "work_id",
	columns: []string{"work_id", "person_id", "role", "position", "credited_as", "certainty"},
}

var subjectTagsTable = table{
	name: "core.subject_tags", key: []string{"subject_id", "tag_id"}, owner: "subject_id",
	columns: []string{"subject_id", "tag_id"}, keep: "t.tagged_by IS NOT NULL",
}

var subjectCategoriesTable = table{
	name: "core.subject_categories", key: []string{"subject_id", "category_id"}, owner: "subject_id",
	columns: []string{"subject_id", "category_id"},
}

func workStage() runner {
	return stage[workRecord, *work]{
		form: form[workRecord, *work]{
			kind: "works", id: func(r *workRecord) string { return r.ID }, accept: acceptWork,
			weigh: func(r *workRecord) int { return 500 + len(r.Text) },
		},
		subject: true,
		prepare: prepareWorks,
		apply:   applyWorks,
		finish:  placeInSeries,
	}
}

func acceptWork(c *check, r *workRecord) (*work, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	c.slug(&r.Slug)
	c.required("title", &r.Title, 300)
	c.line("subtitle", &r.Subtitle, 300)
	original := c.language("original_language", &r.OriginalLanguage, r.Script)
	c.oneOf("literature_type", &r.LiteratureType, "", "POETRY", "PROSE", "DRAMA", "ESSAY", "LETTER", "ORAL", "OTHER")
	acceptDates(c, r)
	c.text("description", &r.Description, 5000)
	c.wikidata(r.Wikidata)
	c.refPrefix(&r.RefPrefix)
	acceptContributors(c, r)
	acceptLabels(c, "genres", &r.Genres)
	acceptLabels(c, "tags", &r.Tags)
	w := &work{rec: r, id: ids.For(ids.Work, r.ID), languages: []lang.Language{original}}
	w.series = acceptSeries(c, r)
	w.titles = acceptTitles(c, r, w)
	w.original = acceptText(c, &r.textFields)
	if len(w.original.lines) == 0 {
		w.original = nil
		return w, w.id
	}
	w.original.id, w.original.workID, w.original.kind = ids.For(ids.Original, r.ID), w.id, "ORIGINAL"
	w.original.language, w.original.title, w.original.subtitle = r.OriginalLanguage, r.Title, r.Subtitle
	w.original.literatureType, w.original.unit = r.LiteratureType, w.unit()
	w.original.slugFrom = []string{slugs.Make(r.OriginalLanguage) + ".original"}
	return w, w.id
}

func acceptDates(c *check, r *workRecord) {
	c.edtf("created", &r.Created)
	from, to := "year_from", "year_to"
	if r.YearFrom == nil && r.YearTo == nil {
		from, to = "created", "created"
		r.YearFrom, r.YearTo = edtf.Years(r.Created)
		if now := time.Now().Year(); r.YearTo != nil && *r.YearTo > now {
			r.YearTo = &now // 20XX ends in the future
		}
	}
	c.year(from, r.YearFrom)
	c.year(to, r.YearTo)
	c.ascending(to, r.YearFrom, r.YearTo)
}

func acceptContributors(c *check, r *workRecord) {
	if len(r.Contributors) == 0 {
		c.ids("author_ids", r.AuthorIDs)
		for _, id := range r.AuthorIDs {
			r.Contributors = append(r.Contributors, contributorRecord{AuthorID: id})
		}
	}
	if len(r.Contributors) == 0 {
		c.fault("author_ids", "names nobody; an unknown author is an author record of kind anonymous")
	}
	seen := map[string]bool{}
	for i := range r.Contributors {
		p, field := &r.Contributors[i], fmt.Sprintf("contributors.%d", i)
		c.required(field+".author_id", &p.AuthorID, maxID)
		c.line(field+".credited_as", &p.CreditedAs, 200)
		c.oneOf(field+".role", &p.Role, "AUTHOR", "AUTHOR", "ATTRIBUTED", "COLLECTOR", "EDITOR", "DEDICATEE", "COMPOSER")
		c.oneOf(field+".certainty", &p.Certainty, "CERTAIN", "CERTAIN", "PROBABLE", "DISPUTED", "SPURIOUS")
		if seen[p.AuthorID+" "+p.Role] {
			c.fault(field, "%q is listed twice as %s", p.AuthorID, p.Role)
		}
		seen[p.AuthorID+" "+p.Role] = true
	}
}

// acceptLabels cleans genres or tags; one that is repeated counts once.
func acceptLabels(c *check, field string, list *[]string) {
	for i := range *list {
		c.required(fmt.Sprintf("%s.%d", field, i), &(*list)[i], 100)
	}
	if len(*list) > 30 {
		c.fault(field, "has %d entries, more than 30", len(*list))
	}
	slices.Sort(*list)
	*list = slices.Compact(*list)
}

// acceptTitles puts the record's own title first; the first title of each other
// language is that language's primary one.
func acceptTitles(c *check, r *workRecord, w *work) []titleRow {
	rows := []titleRow{{r.OriginalLanguage, r.Title, r.Subtitle, "PRIMARY"}}
	primary := map[string]bool{r.OriginalLanguage: true}
	seen := map[string]bool{r.OriginalLanguage + " " + r.Title: true}
	for i := range r.Titles {
		t, field := &r.Titles[i], fmt.Sprintf("titles.%d", i)
		w.languages = append(w.languages, c.language(field+".language", &t.Language, ""))
		c.required(field+".title", &t.Title, 300)
		c.line(field+".subtitle", &t.Subtitle, 300)
		if t.Kind != "" {
			c.oneOf(field+".kind", &t.Kind, "", "PRIMARY", "ORIGINAL", "ALTERNATIVE", "INCIPIT", "TRANSLITERATION")
		}
		if t.Kind == "" || t.Kind == "PRIMARY" {
			t.Kind = map[bool]string{false: "PRIMARY", true: "ALTERNATIVE"}[primary[t.Language]]
		}
		primary[t.Language] = primary[t.Language] || t.Kind == "PRIMARY"
		if key := t.Language + " " + t.Title; !seen[key] {
			seen[key] = true
			rows = append(rows, titleRow{t.Language, t.Title, t.Subtitle, t.Kind})
		}
	}
	return rows
}

func (w *work) titleRows() [][]any {
	rows := make([][]any, len(w.titles))
	for i, t := range w.titles {
		id := ids.For(ids.Row, "title "+w.id.String()+" "+t.language+" "+t.title)
		rows[i] = []any{id, w.id, t.language, t.title, null(t.subtitle), filing.Title(t.language, t.title), t.kind, i}
	}
	return rows
}

func prepareWorks(ctx context.Context, s *step, batch []entry[*work]) error {
	for _, e := range batch {
		if err := s.addLanguages(ctx, e.val.languages); err != nil {
			return err
		}
		if err := s.addSeries(ctx, e.val.series); err != nil {
			return err
		}
		for _, name := range e.val.rec.Genres {
			if _, err := s.genre(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}
