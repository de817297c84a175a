package importer

import (
	"context"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"github.com/tercul/tercul/write/internal/filing"
	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/slugs"
)

// anonymous is the one person who stands for every unnamed translator.
var anonymous = &person{
	id: ids.For(ids.Translator, ""), kind: "ANONYMOUS", slugFrom: []string{"anonymous"},
	names: []personName{{language: lang.Language{Tag: "en"}, name: "Anonymous", sortName: "Anonymous", kind: "PRIMARY"}},
}

var between = regexp.MustCompile(`\s*;\s*|\s*,\s+|\s+&\s+|\s+and\s+`)

// splitCredit parts the translators that one credit names. It parts nothing
// unless every piece is a name of several words, so that neither "Fitts, Dudley"
// nor "King, Jr." falls into two.
func splitCredit(credited string) []string {
	pieces := between.Split(credited, -1)
	for _, piece := range pieces {
		if len(strings.Fields(piece)) < 2 || strings.ContainsAny(piece, "()") {
			return []string{credited}
		}
	}
	return pieces
}

// normalName is the form in which two spellings of a name are one translator.
func normalName(name string) string {
	folded := cases.Fold().String(norm.NFKC.String(name))
	return strings.Join(strings.FieldsFunc(folded, func(r rune) bool { return r == ' ' || r == '.' || r == ',' }), " ")
}

func newTranslator(name string) *person {
	script := lang.ScriptOf(name)
	language, err := lang.Parse(lang.Undetermined+"-"+script, script)
	if script == "" || err != nil {
		language, _ = lang.Parse(lang.Undetermined, "")
	}
	kind := "INDIVIDUAL"
	if filing.NamesGroup(strings.Fields(name)) {
		kind = "GROUP"
	}
	id := ids.For(ids.Translator, normalName(name))
	return &person{
		id: id, kind: kind, slugFrom: []string{slugOr(slugs.Make(name), "person", id)},
		names: []personName{{language: language, name: name, sortName: filing.Name(name, filing.Naming{Kind: kind, Script: script, Language: language.Tag, Own: language.Tag}), kind: "PRIMARY"}},
	}
}

// translators answers the person behind each credited name: the one made for
// that name before, else the author who bears exactly this name, else a new one.
func (s *step) translators(ctx context.Context, names []string) (map[string]uuid.UUID, error) {
	wanted := map[string]*person{}
	var list []uuid.UUID
	for _, name := range names {
		p := anonymous
		if name != "" {
			p = newTranslator(name)
		}
		wanted[name] = p
		list = append(list, p.id)
	}
	there, err := s.persons(ctx, list)
	if err != nil {
		return nil, err
	}
	bearers, err := s.bearers(ctx, names)
	if err != nil {
		return nil, err
	}
	out := map[string]uuid.UUID{}
	var fresh []*person
	for _, name := range names {
		p := wanted[name]
		if id, ok := there[p.id]; ok {
			out[name] = id
		} else if id, ok := bearers[name]; ok {
			out[name] = id
		} else {
			out[name], there[p.id] = p.id, p.id
			fresh = append(fresh, p)
		}
	}
	return out, s.addTranslators(ctx, fresh)
}

// bearers finds the persons whose name is exactly this, unless several bear it.
func (s *step) bearers(ctx context.Context, names []string) (map[string]uuid.UUID, error) {
	return pairs[string](ctx, s.tx, `SELECT name, (array_agg(DISTINCT person_id))[1] FROM core.person_names
		WHERE name = ANY($1) AND name <> '' GROUP BY name HAVING count(DISTINCT person_id) = 1`, names)
}

func (s *step) addTranslators(ctx context.Context, fresh []*person) error {
	if len(fresh) == 0 {
		return nil
	}
	for _, p := range fresh {
		if err := s.addLanguages(ctx, p.languages()); err != nil {
			return err
		}
	}
	if err := s.cleanStages(ctx); err != nil {
		return err
	}
	return s.syncPersons(ctx, fresh)
}
