package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/lang"
	"github.com/tercul/tercul/write/internal/slugs"
	"github.com/tercul/tercul/write/internal/textform"
)

// check validates and normalises the fields of one record in place, and
// gathers everything that is wrong with it rather than the first fault.
type check struct {
	at      position
	faults  []Problem
	changes textform.Changes
}

func (c *check) fault(field, format string, args ...any) {
	c.faults = append(c.faults, c.at.problem(field, fmt.Sprintf(format, args...), true))
}

func (c *check) ok() bool { return len(c.faults) == 0 }

// line cleans an optional value of one line.
func (c *check) line(field string, s *string, longest int) {
	out, changes, err := textform.CleanLine(*s)
	c.cleaned(field, s, out, changes, err, longest)
}

// text cleans an optional value of any number of lines.
func (c *check) text(field string, s *string, longest int) {
	out, changes, err := textform.Clean(*s)
	c.cleaned(field, s, out, changes, err, longest)
}

func (c *check) cleaned(field string, s *string, out string, changes textform.Changes, err error, longest int) {
	c.changes.Add(changes)
	*s = out
	if err != nil {
		c.fault(field, "%v", err)
		return
	}
	if n := utf8.RuneCountInString(out); n > longest {
		c.fault(field, "has %d characters, more than %d", n, longest)
	}
}

// required cleans a value of one line that may not be empty.
func (c *check) required(field string, s *string, longest int) {
	c.line(field, s, longest)
	if *s == "" {
		c.fault(field, "is missing")
	}
}

// oneOf brings an enumerated value to capitals; an empty one becomes fallback.
func (c *check) oneOf(field string, s *string, fallback string, allowed ...string) {
	*s = strings.ToUpper(strings.TrimSpace(*s))
	if *s == "" {
		*s = fallback
		if fallback == "" {
			c.fault(field, "is missing")
		}
		return
	}
	if !slices.Contains(allowed, *s) {
		c.fault(field, "%q is not one of %s", strings.ToLower(*s), strings.ToLower(strings.Join(allowed, ", ")))
	}
}

// language reads a tag, brings it to its one spelling and describes it.
func (c *check) language(field string, tag *string, script string) lang.Language {
	if *tag == "" {
		c.fault(field, "is missing")
		return lang.Language{}
	}
	l, err := lang.Parse(*tag, script)
	if err != nil {
		c.fault(field, "%v", err)
		return lang.Language{}
	}
	*tag = l.Tag
	return l
}

const earliestYear = -5000

// year checks a year of the past, or the next one.
func (c *check) year(field string, y *int) { c.yearUpTo(field, y, time.Now().Year()+1) }

func (c *check) yearUpTo(field string, y *int, latest int) {
	if y != nil && *y == 0 {
		c.fault(field, "0 is no year: the one before 1 is -1, in which dates of EDTF differ (0000)")
	} else if y != nil && (*y < earliestYear || *y > latest) {
		c.fault(field, "%d is not a year between %d and %d", *y, earliestYear, latest)
	}
}

func (c *check) ascending(field string, from, to *int) {
	if from != nil && to != nil && *to < *from {
		c.fault(field, "%d lies before %d", *to, *from)
	}
}

func (c *check) edtf(field string, s *string) {
	c.line(field, s, 40)
	if *s != "" && !edtf.Valid(*s) {
		c.fault(field, "%q is not a date of EDTF level 1 that the calendar has (like 1265, 1321-09-14, 1304~ or -0699/-0600)", *s)
		*s = "" // its years would be a second fault
	}
}

func (c *check) slug(s *string) {
	if *s != "" && !slugs.Valid(*s) {
		c.fault("slug", "%q is not a slug: small letters, digits, single hyphens or dots, at most %d", *s, slugs.MaxLength)
	}
}

var wikidata = regexp.MustCompile(`^Q[1-9][0-9]*$`)

func (c *check) wikidata(id *string) {
	if id != nil && *id != "" && !wikidata.MatchString(*id) {
		c.fault("wikidata", "%q is not a Wikidata item (like Q1067)", *id)
	}
}

func (c *check) timestamp(field, s string) time.Time {
	if s == "" {
		c.fault(field, "is missing")
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		c.fault(field, "%q is not a time (like 2024-05-06T07:08:09Z)", s)
	}
	return t
}

// ids checks a list of source ids: each present, none twice.
func (c *check) ids(field string, list []string) {
	seen := map[string]bool{}
	for i := range list {
		name := fmt.Sprintf("%s.%d", field, i)
		c.required(name, &list[i], maxID)
		if seen[list[i]] {
			c.fault(name, "%q is listed twice", list[i])
		}
		seen[list[i]] = true
	}
}

const maxID = 200
