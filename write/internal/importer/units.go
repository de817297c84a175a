package importer

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tercul/tercul/write/internal/textform"
)

// unit is the part of a book that a whole text is: canto 1 of Inferno. Its ref
// goes before the line numbers.
type unit struct {
	kind string
	ref  string
}

var trailingNumbers = regexp.MustCompile(`-(\d{1,4}[a-z]?(?:-\d{1,4}[a-z]?)*)$`)

// partRef is the number of a part: the one asked for, its place in the series,
// or the numbers at the end of its id. The last is preferred to a counted place,
// which would change with every part added before.
func partRef(asked, id string, position *int) string {
	if asked != "" {
		return asked
	}
	if position != nil {
		return strconv.Itoa(*position)
	}
	m := trailingNumbers.FindStringSubmatch(id)
	if m == nil {
		return ""
	}
	parts := strings.Split(m[1], "-")
	for i, p := range parts {
		if parts[i] = strings.TrimLeft(p, "0"); parts[i] == "" || parts[i][0] > '9' {
			parts[i] = "0" + parts[i]
		}
	}
	return strings.Join(parts, ".")
}

func (c *check) refPrefix(s *string) {
	c.line("ref_prefix", s, 40)
	if *s != "" && !textform.ValidRef(*s) {
		c.fault("ref_prefix", "%q is not a ref: letters and digits, parts divided by dots", *s)
	}
}

func (w *work) unit() *unit {
	if w.series == nil && w.rec.RefPrefix == "" {
		return nil
	}
	var position *int
	if w.series != nil {
		position = w.series.position
	}
	ref := partRef(w.rec.RefPrefix, w.rec.ID, position)
	if ref == "" {
		return nil
	}
	titles := w.rec.Title
	for _, t := range w.rec.Titles {
		titles += " " + t.Title
	}
	return &unit{kind: unitKind(titles, w.rec.LiteratureType), ref: ref}
}

var unitWords = []struct{ kind, words string }{
	{"CANTO", "canto|cantus|chant|gesang|песнь"}, {"CHAPTER", "chapter|chapitre|capítulo|kapitel|глава"},
	{"BOOK", "book|liber|livre|libro|buch|книга"}, {"SCENE", "scene|scène|szene|сцена"}, {"ACT", "act|acte|akt|действие"},
	{"PART", "part|partie|teil|часть"},
}

var unitPattern = func() []*regexp.Regexp {
	out := make([]*regexp.Regexp, len(unitWords))
	for i, u := range unitWords {
		out[i] = regexp.MustCompile(`(?i)(^|[^\pL])(` + u.words + `)([^\pL]|$)`)
	}
	return out
}()

func unitKind(titles, literatureType string) string {
	for i, pattern := range unitPattern {
		if pattern.MatchString(titles) {
			return unitWords[i].kind
		}
	}
	if literatureType == "POETRY" {
		return "POEM"
	}
	return "SECTION"
}
