package filing

import (
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Tag is the form in which two spellings of a tag are one tag; empty for a name
// that has neither letters nor signs.
func Tag(name string) string {
	folded := cases.Fold().String(norm.NFKC.String(name))
	return strings.Join(strings.FieldsFunc(folded, func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), " ")
}
