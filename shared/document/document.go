package document

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/input"
)

// Limits bound a document. Zero means the default.
type Limits struct {
	Bytes   int // of the text; default 65,536
	Tokens  int // default 10,000
	Depth   int // default 10
	Aliases int // default 30
	Fields  int // after fragments are spread; default 5,000
	Cost    int // default 1,000
	Page    int // size of a list whose size is not known and not limited; default 100

	Variables input.Limits // of what is sent with it
}

// MaxCost is what a document may cost where Limits do not say otherwise.
const MaxCost = 1000

func (l Limits) withDefaults() Limits {
	set := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	set(&l.Bytes, 64<<10)
	set(&l.Tokens, 10_000)
	set(&l.Depth, 10)
	set(&l.Aliases, 30)
	set(&l.Fields, 5000)
	set(&l.Cost, MaxCost)
	set(&l.Page, 100)
	return l
}

// Options say how one document is to be read.
type Options struct {
	Operation     string // the operation wanted; empty where there is one
	Single        bool   // refuse a document that holds several operations
	Introspection bool   // allow __schema and __type
}

// Document is one valid operation with the fragments it uses. It is immutable.
type Document struct {
	ID        string // sha256 of the text, hexadecimal
	Name      string // of the operation, empty for an anonymous one
	Text      string
	Query     *ast.QueryDocument
	Operation *ast.OperationDefinition
	Variables *input.Variables

	Depth   int
	Aliases int
	Fields  int
	Cost    int  // with the defaults of the variables
	Several bool // the text holds other operations too

	limits Limits
	sized  []string
	bounds []bound
	root   *costNode
}

// ID returns the identifier of a document's text: its sha256 in hexadecimal.
func ID(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// IsID reports whether s has the form of an ID.
func IsID(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Sized returns how many variables the cost depends on: the length of the sizes
// that Variables.Canonical fills and Check reads.
func (d *Document) Sized() int { return len(d.sized) }
