package filing

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tercul/tercul/write/internal/slugs"
)

// Naming is what tells which word of a name is the family name.
type Naming struct {
	Kind, Script string // of the person, of the name
	Language     string // of the name
	Own          string // the language of the person's first name
	BirthYear    *int
}

// Name files a person under the family name where the two can be told
// apart: an individual with a name of several words. Where it comes first, it
// does so in the languages that write it so. In others Chinese, Korean and
// Vietnamese names keep their order, Hungarian ones are turned around, and of
// Japanese ones nobody knows. Anywhere else it comes last, in names of scripts
// that have one and of people born since family names became common.
func Name(name string, n Naming) string {
	words := strings.Fields(name)
	if n.Kind != "INDIVIDUAL" || len(words) < 2 || len(words) > 5 || strings.ContainsAny(name, "(),&/0123456789") || NamesGroup(words) {
		return name
	}
	own := withoutSubtags(n.Own)
	switch {
	case familyFirst[own] && (familyFirst[withoutSubtags(n.Language)] || own != "ja" && own != "hu"):
		return words[0] + ", " + strings.Join(words[1:], " ")
	case own == "ja", n.BirthYear != nil && *n.BirthYear < 1400, n.Script != "Latn" && n.Script != "Cyrl" && n.Script != "Grek":
		return name
	}
	return lastWordFirst(name, words)
}

// lastWordFirst files a name under its last word, if that can be a family name.
func lastWordFirst(name string, words []string) string {
	last := words[len(words)-1]
	if first, _ := utf8.DecodeRuneInString(last); !unicode.IsUpper(first) || slugs.Family(name) != slugs.Make(last) {
		return name
	}
	return last + ", " + strings.Join(words[:len(words)-1], " ")
}

// familyFirst are the languages in which the family name comes first.
var familyFirst = map[string]bool{"zh": true, "lzh": true, "ja": true, "ko": true, "vi": true, "hu": true}

func withoutSubtags(tag string) string {
	first, _, _ := strings.Cut(tag, "-")
	return first
}

// NamesGroup spots the names of groups by their connectives: Translators without Borders.
func NamesGroup(words []string) bool {
	for _, w := range words {
		switch strings.ToLower(w) {
		case "of", "and", "the", "without", "for", "et", "und", "y", "foundation", "university", "students", "teachers", "project", "team", "society", "trust":
			return true
		}
	}
	return false
}
