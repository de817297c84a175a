package preset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/tercul/tercul/shared/langtag"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Schema is the number of the definition below.
const Schema = 1

// Filter is what a search keeps of what it finds, by definition 1. In a list one
// must fit; all that is given must hold.
type Filter struct {
	And []Filter `json:"and,omitempty"`
	Or  []Filter `json:"or,omitempty"`
	Not *Filter  `json:"not,omitempty"`

	LiteratureType   []string      `json:"literatureType,omitempty"`
	Year             *Years        `json:"year,omitempty"`
	Author           []publicid.ID `json:"author,omitempty"`
	Translator       []publicid.ID `json:"translator,omitempty"`
	Category         []string      `json:"category,omitempty"` // paths; those below count
	Tag              []string      `json:"tag,omitempty"`      // slugs
	OriginalLanguage []string      `json:"originalLanguage,omitempty"`
	Language         []string      `json:"language,omitempty"` // that it can be read in
	Rights           []string      `json:"rights,omitempty"`
}

// Years is a range of years; one end may be open.
type Years struct {
	From *int `json:"from,omitempty"`
	To   *int `json:"to,omitempty"`
}

// What a filter may be at most.
const (
	maxBytes  = 8 << 10
	maxDepth  = 4
	maxLeaves = 30
	maxValues = 50
	firstYear = -3000
)

var (
	slugForm = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	pathForm = regexp.MustCompile(`^/([a-z0-9]+([.-][a-z0-9]+)*/)+$`)

	types  = []string{"POETRY", "PROSE", "DRAMA", "ESSAY", "LETTER", "ORAL", "OTHER"}
	rights = []string{"OPEN", "RESTRICTED", "UNKNOWN"}
)

// ErrTooLong is that of a filter of more than 8 KB.
var ErrTooLong = errors.New("a filter has 8 KB at most")

// Check holds a filter to the definition and gives the text to store.
func Check(given map[string]any, now time.Time) ([]byte, error) {
	if given == nil {
		return []byte("{}"), nil
	}
	text, err := json.Marshal(given)
	if err != nil {
		return nil, err
	}
	if len(text) > maxBytes {
		return nil, ErrTooLong
	}
	var f Filter
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return nil, fmt.Errorf("it does not fit: %w", err)
	}
	leaves, err := f.check(1, now.Year()+1)
	if err == nil && leaves > maxLeaves {
		err = fmt.Errorf("it has %d conditions, more than %d", leaves, maxLeaves)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(f)
}

// check walks the tree and counts its conditions.
func (f *Filter) check(depth, lastYear int) (leaves int, err error) {
	if depth > maxDepth {
		return 0, fmt.Errorf("it is more than %d deep", maxDepth)
	}
	inner := slices.Concat(f.And, f.Or)
	if f.Not != nil {
		inner = append(inner, *f.Not)
	}
	for i := range inner {
		n, err := inner[i].check(depth+1, lastYear)
		if err != nil {
			return 0, err
		}
		leaves += n
	}
	n, err := f.conditions(lastYear)
	return leaves + n, err
}

// conditions checks what is asked at this place of the tree.
func (f *Filter) conditions(lastYear int) (n int, err error) {
	for _, c := range []struct {
		name   string
		values []string
		ok     func(string) bool
	}{
		{"literatureType", f.LiteratureType, among(types)},
		{"rights", f.Rights, among(rights)},
		{"author", kinds(f.Author), among([]string{"PERSON"})},
		{"translator", kinds(f.Translator), among([]string{"PERSON"})},
		{"category", f.Category, pathForm.MatchString},
		{"tag", f.Tag, slugForm.MatchString},
		{"originalLanguage", f.OriginalLanguage, language},
		{"language", f.Language, language},
	} {
		if c.values == nil {
			continue
		}
		n++
		if len(c.values) < 1 || len(c.values) > maxValues {
			return n, fmt.Errorf("%s has 1 to %d values", c.name, maxValues)
		}
		if i := slices.IndexFunc(c.values, func(v string) bool { return !c.ok(v) }); i >= 0 {
			return n, fmt.Errorf("%s cannot be %q", c.name, c.values[i])
		}
	}
	if f.Year == nil {
		return n, nil
	}
	return n + 1, f.Year.check(lastYear)
}

func (y *Years) check(last int) error {
	for _, end := range []*int{y.From, y.To} {
		if end != nil && (*end < firstYear || *end > last) {
			return fmt.Errorf("year is from %d to %d", firstYear, last)
		}
	}
	switch {
	case y.From == nil && y.To == nil:
		return errors.New("year has a from or a to")
	case y.From != nil && y.To != nil && *y.From > *y.To:
		return errors.New("year ends before it begins")
	}
	return nil
}

func among(list []string) func(string) bool {
	return func(v string) bool { return slices.Contains(list, v) }
}

func kinds(ids []publicid.ID) (out []string) {
	if ids != nil {
		out = []string{}
	}
	for _, id := range ids {
		out = append(out, id.Kind)
	}
	return out
}

func language(tag string) bool {
	canonical, err := langtag.Canonical(tag)
	return err == nil && canonical == tag
}
