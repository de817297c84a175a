// Package langtag gives every BCP 47 language tag one spelling, so that a tag
// stored by the importer and a tag asked for by a reader are equal bytes.
//
// Deprecated subtags become their successors ("iw" is "he", "zh-yue" is "yue"),
// case follows the convention ("zh-Hans", "en-US"). What carries meaning stays:
// "pi-Latn" keeps its script, "tl" is not made "fil", a well-formed tag with a
// subtag that the registry does not know ("en-variantx") is kept as written.
package langtag

import (
	"errors"
	"strings"

	"golang.org/x/text/language"
)

// MaxLength is the longest tag accepted, in bytes.
const MaxLength = 64

// ErrMalformed is returned for text that is no language tag.
var ErrMalformed = errors.New("not a BCP 47 language tag")

const canon = language.DeprecatedBase | language.DeprecatedScript | language.DeprecatedRegion

// Canonical returns the one spelling of a tag.
func Canonical(tag string) (string, error) {
	if tag == "" || len(tag) > MaxLength {
		return "", ErrMalformed
	}
	parsed, err := canon.Parse(tag)
	if err == nil {
		return parsed.String(), nil
	}
	var unknown language.ValueError
	if errors.As(err, &unknown) && plain(tag) {
		return recase(tag), nil
	}
	return "", ErrMalformed
}

// plain refuses what x/text tolerates but the standard does not: underscores.
func plain(tag string) bool { return !strings.Contains(tag, "_") }

// recase writes a tag in the customary case: regions in capitals, scripts with
// an initial one, everything else and all that follows a singleton small.
func recase(tag string) string {
	parts := strings.Split(strings.ToLower(tag), "-")
	for i := 1; i < len(parts); i++ {
		switch {
		case len(parts[i-1]) == 1:
			return strings.Join(parts, "-")
		case len(parts[i]) == 2:
			parts[i] = strings.ToUpper(parts[i])
		case len(parts[i]) == 4 && parts[i][0] > '9':
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "-")
}
