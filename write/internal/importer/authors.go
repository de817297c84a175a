package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/slugs"
)

func authorStage() runner {
	return stage[authorRecord, *person]{
		form: form[authorRecord, *person]{
			kind: "authors", id: func(r *authorRecord) string { return r.ID }, accept: acceptAuthor, weigh: light[authorRecord],
		},
		subject: true,
		prepare: func(ctx context.Context, s *step, batch []entry[*person]) error {
			for _, e := range batch {
				if err := s.addLanguages(ctx, e.val.languages()); err != nil {
					return err
				}
			}
			return nil
		},
		apply: applyAuthors,
	}
}

func acceptAuthor(c *check, r *authorRecord) (*person, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	c.slug(&r.Slug)
	c.oneOf("kind", &r.Kind, kindByID(r.ID), "INDIVIDUAL", "GROUP", "ANONYMOUS", "TRADITIONAL")
	c.year("birth_year", r.BirthYear)
	c.year("death_year", r.DeathYear)
	c.edtf("birth", &r.Birth)
	c.edtf("death", &r.Death)
	r.BirthYear, r.DeathYear = edtf.YearOr(r.BirthYear, r.Birth), edtf.YearOr(r.DeathYear, r.Death)
	c.ascending("death_year", r.BirthYear, r.DeathYear)
	c.line("floruit", &r.Floruit, 100)
	c.line("birth_place", &r.BirthPlace, 200)
	c.line("death_place", &r.DeathPlace, 200)
	c.text("bio", &r.Bio, 10000)
	c.line("source", &r.Source, 500)
	c.wikidata(r.Wikidata)
	p := &person{
		id: ids.For(ids.Person, r.ID), slug: r.Slug, kind: r.Kind,
		birth: r.Birth, death: r.Death, floruit: r.Floruit, birthYear: r.BirthYear, deathYear: r.DeathYear,
		birthPlace: r.BirthPlace, deathPlace: r.DeathPlace, country: deref(r.Country), bio: r.Bio,
		wikidata: deref(r.Wikidata), source: r.Source, names: acceptNames(c, r),
	}
	first := ""
	if len(p.names) > 0 {
		first = slugs.Make(p.names[0].name)
	}
	p.slugFrom = slugsOf("person", p.id, slugs.FromID(r.ID), first)
	return p, p.id
}

// kindByID reads what the ids of the common collections say of an author.
func kindByID(id string) string {
	switch {
	case id == "anonymous" || strings.HasPrefix(id, "anonymous-") || strings.HasPrefix(id, "anon-"):
		return "ANONYMOUS"
	case strings.HasPrefix(id, "trad-") || strings.HasPrefix(id, "traditional-"):
		return "TRADITIONAL"
	default:
		return "INDIVIDUAL"
	}
}

func acceptNames(c *check, r *authorRecord) []personName {
	if len(r.Names) == 0 {
		c.fault("names", "has no name")
	}
	if len(r.Names) > 100 {
		c.fault("names", "has %d names, more than 100", len(r.Names))
	}
	var out []personName
	primary, seen := map[string]bool{}, map[string]bool{}
	how := filing.Naming{Kind: r.Kind, BirthYear: r.BirthYear}
	for i := range r.Names {
		n := acceptName(c, fmt.Sprintf("names.%d", i), &r.Names[i], &how)
		if n.kind == "" && !primary[n.language.Tag] {
			n.kind = "PRIMARY"
		} else if n.kind == "" {
			n.kind = "ALIAS"
		}
		if n.kind == "PRIMARY" && primary[n.language.Tag] {
			n.kind = "ALIAS"
		}
		primary[n.language.Tag] = primary[n.language.Tag] || n.kind == "PRIMARY"
		if key := n.language.Tag + " " + n.name; !seen[key] {
			seen[key] = true
			out = append(out, n)
		}
	}
	return out
}

func acceptName(c *check, field string, r *nameRecord, how *filing.Naming) personName {
	c.required(field+".name", &r.Name, 200)
	c.line(field+".sort_name", &r.SortName, 200)
	if r.Kind != "" {
		c.oneOf(field+".kind", &r.Kind, "", "PRIMARY", "ALIAS", "PEN_NAME", "BIRTH", "TRANSLITERATION", "SEARCH_HINT")
	}
	script := r.Script
	if script == "" {
		script = lang.ScriptOf(r.Name)
	}
	n := personName{name: r.Name, sortName: r.SortName, kind: r.Kind}
	n.language = c.nameLanguage(field+".language", r.Language, script)
	how.Script, how.Language = script, n.language.Tag
	if how.Own == "" {
		how.Own = how.Language
	}
	if n.sortName == "" {
		n.sortName = filing.Name(r.Name, *how)
	}
	return n
}

// nameLanguage is the language of a name, or that of nobody knows which, in
// the script it is written in.
func (c *check) nameLanguage(field string, tag *string, script string) lang.Language {
	if tag != nil && *tag != "" {
		return c.language(field, tag, script)
	}
	l, err := lang.Parse(lang.Undetermined+"-"+script, script)
	if script == "" || err != nil {
		l, _ = lang.Parse(lang.Undetermined, "")
	}
	return l
}

func (p *person) languages() []lang.Language {
	list := make([]lang.Language, len(p.names))
	for i, n := range p.names {
		list[i] = n.language
	}
	return list
}

func applyAuthors(ctx context.Context, s *step, batch []entry[*person]) error {
	batch, err := leaveGone(ctx, s, "core.persons", batch)
	if err != nil {
		return err
	}
	taken, err := s.externalIDs(ctx, "PERSON", wikidataOf(batch))
	if err != nil {
		return err
	}
	edited, err := leaveEdited(ctx, s, "core.persons", batch, func(e entry[*person]) uuid.UUID { return e.key })
	if err != nil {
		return err
	}
	var persons []*person
	for _, e := range batch {
		p := *e.val
		if edited[p.id] {
			continue
		}
		if p.country != "" && !s.known.countries[p.country] {
			s.reject(e.at, "country", "%q is not an ISO 3166-1 country", p.country)
			continue
		}
		p.at = e.at
		p.wikidata = s.claim(e.at, taken, p.wikidata, p.id)
		persons = append(persons, &p)
	}
	return s.syncPersons(ctx, persons)
}

// claim answers the item unless it stands for another subject.
func (s *step) claim(at position, taken map[string]uuid.UUID, item string, id uuid.UUID) string {
	if owner, used := taken[item]; used && item != "" && owner != id {
		s.remark(at, "wikidata", "%s already stands for another record; it was left out", item)
		return ""
	}
	taken[item] = id
	return item
}

func wikidataOf(batch []entry[*person]) []string {
	list := make([]string, len(batch))
	for i, e := range batch {
		list[i] = e.val.wikidata
	}
	return list
}

// externalIDs answers whom the given Wikidata items stand for already.
func (s *step) externalIDs(ctx context.Context, kind string, values []string) (map[string]uuid.UUID, error) {
	return pairs[string](ctx, s.tx, "SELECT value, subject_id FROM core.external_ids WHERE scheme = 'WIKIDATA' AND kind = $1 AND value = ANY($2)", kind, values)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
