package operation

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/document"
)

// Compiled is what the planner makes of a document.
type Compiled struct {
	Plan   any // the store's own
	Policy answer.Policy
}

// Compiler compiles a valid document of one operation. It does no I/O.
type Compiler func(schema *ast.Schema, doc *ast.QueryDocument, op *ast.OperationDefinition) (Compiled, error)

// Verifier tries a compiled operation where it will run, by EXPLAIN.
type Verifier func(ctx context.Context, op *Operation) error

// Source says where a document came from.
type Source string

// The sources, in the order of precedence.
const (
	Shipped Source = "shipped"
	Audit   Source = "audit"
	File    Source = "file"
	Table   Source = "table"
	AdHoc   Source = "adhoc"
)

// Operation is a compiled document. It is immutable.
type Operation struct {
	name     string
	hash     string
	doc      *document.Document
	plan     any
	policy   answer.Policy
	source   Source
	key      cachekey.Document
	url      string // of the question without variables; empty where there is none
	row      row    // of a document from the table
	ownNames []string

	deprecation, sunset string // headers
}

var _ answer.Operation = (*Operation)(nil)

// Name is the operation's name for logs and metrics. Documents that are not
// registered share one, as callers could otherwise make up any number of names.
func (o *Operation) Name() string { return o.name }

// Hash is the sha256 of the text in hexadecimal, which is also the document's id.
func (o *Operation) Hash() string { return o.hash }

// Policy says how long answers may be kept.
func (o *Operation) Policy() answer.Policy { return o.policy }

// Plan is what the Compiler made.
func (o *Operation) Plan() any { return o.plan }

// Cost is the operation's cost with the defaults of its variables.
func (o *Operation) Cost() int { return o.doc.Cost }

// Document is the document as it was checked.
func (o *Operation) Document() *document.Document { return o.doc }

// Source says where the document came from.
func (o *Operation) Source() Source { return o.source }

// Deprecated tells whether the document is still run but should not be used, and
// until when it will be; the time is zero where none is set.
func (o *Operation) Deprecated() (bool, time.Time) {
	return o.row.status == statusDeprecated || !o.row.sunset.IsZero(), o.row.sunset
}

// Retirement is what answers say of the document in the headers Deprecation (RFC 9745)
// and Sunset (RFC 8594); empty where they say nothing.
func (o *Operation) Retirement() (deprecation, sunset string) { return o.deprecation, o.sunset }

// retire sets what Retirement says.
func (o *Operation) retire(r row) {
	if !r.deprecated.IsZero() {
		o.deprecation = "@" + strconv.FormatInt(r.deprecated.Unix(), 10)
	}
	if !r.sunset.IsZero() {
		o.sunset = r.sunset.Format(http.TimeFormat)
	}
}
