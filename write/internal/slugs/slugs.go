// Package slugs makes the readable part of an address out of a name or title in
// any script.
package slugs

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gosimple/slug"
)

// MaxLength is the longest slug the library stores.
const MaxLength = 120

const comfortable = 80

var valid = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// Valid tells whether s can be used as a slug as it is.
func Valid(s string) bool { return len(s) <= MaxLength && valid.MatchString(s) }

// Make romanises a name. It answers "" when nothing of it can be written in
// the characters of a slug; the caller then has the record's id.
func Make(name string) string {
	s := strings.Trim(strings.ReplaceAll(slug.MakeLang(name, "en"), "_", "-"), "-")
	if len(s) > comfortable {
		s = s[:comfortable+1]
		if cut := strings.LastIndexByte(s, '-'); cut > 0 {
			s = s[:cut]
		} else {
			s = s[:comfortable]
		}
	}
	if !Valid(s) {
		return ""
	}
	return s
}

// FromID makes a slug of a source record's id.
func FromID(id string) string {
	if Valid(id) {
		return id
	}
	return Make(id)
}

var aside = regexp.MustCompile(`\s*[(\[（][^)\]）]*[)\]）]`)

var suffixes = map[string]bool{"jr": true, "sr": true, "ii": true, "iii": true, "phd": true, "md": true, "sj": true}

// Family is the slug of the name a person is filed under: the last word that is
// neither initials nor a suffix. A name of one word, or in a script that does
// not part words, is used whole.
func Family(name string) string {
	words := strings.Fields(aside.ReplaceAllString(name, ""))
	for i := len(words) - 1; i >= 0; i-- {
		plain := strings.ToLower(strings.Trim(words[i], ".,;"))
		if utf8.RuneCountInString(plain) > 2 && !suffixes[plain] && !strings.Contains(plain, ".") {
			if s := Make(plain); s != "" {
				return s
			}
		}
	}
	return Make(name)
}
