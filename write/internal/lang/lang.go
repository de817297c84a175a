// Package lang knows what a language tag says: which language, in which script,
// written in which direction, and under which names. It accepts BCP 47 with
// script, region, variants and private use, and gives every tag one spelling:
// case follows the convention and deprecated subtags become their successors.
// It never replaces tl by fil or a dialect by its macrolanguage, for a library
// must not rename what a translator wrote in.
package lang

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Undetermined is the tag of a name whose language nobody recorded.
const Undetermined = "und"

// Language is what the library stores of a tag.
type Language struct {
	Tag       string
	ISO3      string
	Script    string
	Direction string
	Name      string
	Native    string
}

// shape is narrower than BCP 47: no extensions, no irregular or private tags.
var shape = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(-x(-[a-z0-9]{1,8})+)?$`)

const (
	canon     = language.DeprecatedBase | language.DeprecatedScript | language.DeprecatedRegion
	maxLength = 35 // as in the domain core.langtag
)

// Parse reads a tag. The script seen in a text helps where the tag implies
// none; it may be empty.
func Parse(tag, seenScript string) (Language, error) {
	parsed, err := canon.Parse(tag)
	var unknown language.ValueError
	switch {
	case errors.As(err, &unknown):
		return Language{}, fmt.Errorf("%q is not a language tag: unknown subtag %q", tag, unknown.Subtag())
	case err != nil || len(tag) > maxLength || strings.Contains(tag, "_"):
		return Language{}, fmt.Errorf("%q is not a language tag (BCP 47, like en, zh-Hant or pi-Latn)", tag)
	case !shape.MatchString(parsed.String()):
		return Language{}, fmt.Errorf("%q is not a language tag this library takes (no extensions, no grandfathered tags)", tag)
	}
	return describe(parsed, seenScript), nil
}

func describe(tag language.Tag, seenScript string) Language {
	text := tag.String()
	base, _, _ := strings.Cut(text, "-")
	l := Language{Tag: text, ISO3: iso3(tag, base), Script: script(tag, base, seenScript)}
	l.Direction = Direction(l.Script)
	l.Name, l.Native = names(tag, base)
	return l
}

func iso3(tag language.Tag, base string) string {
	if len(base) == 3 {
		return base
	}
	if f, ok := facts[base]; ok && f.iso3 != "" {
		return f.iso3
	}
	b, _ := tag.Base()
	return b.ISO3()
}

func script(tag language.Tag, base, seen string) string {
	if _, s, _ := tag.Raw(); s.String() != "Zzzz" {
		return s.String()
	}
	if f, ok := facts[base]; ok && f.script != "" {
		return f.script
	}
	if s, confidence := tag.Script(); confidence > language.No && s.String() != "Zzzz" && base != Undetermined {
		return s.String()
	}
	if seen != "" {
		return seen
	}
	return "Zyyy" // ISO 15924: undetermined
}

func names(tag language.Tag, base string) (english, native string) {
	if f, ok := facts[tag.String()]; ok && f.name != "" {
		return f.name, f.native
	}
	if f, ok := facts[base]; ok {
		return qualified(f.name, tag, base), f.native
	}
	english = display.English.Tags().Name(tag)
	if english == "" || strings.HasPrefix(english, "Unknown") {
		return qualified(base, tag, base), ""
	}
	plain, _, _ := strings.Cut(english, " (")
	if plain == english && tag.String() != base {
		if _, _, region := tag.Raw(); region.String() == "ZZ" && hasMore(tag) {
			english = qualified(english, tag, base)
		}
	}
	return english, display.Self.Name(tag)
}

// hasMore tells whether a tag carries variants or private use, which the
// display names leave out.
func hasMore(tag language.Tag) bool {
	return len(tag.Variants()) > 0 || len(tag.Extensions()) > 0
}

// qualified names what a tag adds to its language, as in Twi (akuapem).
func qualified(name string, tag language.Tag, base string) string {
	rest := strings.TrimPrefix(strings.TrimPrefix(tag.String(), base), "-")
	rest = strings.TrimPrefix(rest, "x-")
	if rest == "" {
		return name
	}
	if s, err := language.ParseScript(rest); err == nil {
		if n := display.English.Scripts().Name(s); n != "" {
			rest = n
		}
	}
	return name + " (" + strings.ReplaceAll(rest, "-", " ") + ")"
}

var rightToLeft = map[string]bool{
	"Adlm": true, "Arab": true, "Aran": true, "Armi": true, "Avst": true, "Hebr": true, "Mand": true, "Mani": true,
	"Nkoo": true, "Phnx": true, "Rohg": true, "Samr": true, "Sogd": true, "Syrc": true, "Thaa": true,
}

// Direction is the direction in which a script is written: LTR, RTL or TTB.
func Direction(script string) string {
	switch {
	case rightToLeft[script]:
		return "RTL"
	case script == "Mong" || script == "Phag":
		return "TTB"
	default:
		return "LTR"
	}
}
