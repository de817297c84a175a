package operation

import (
	"context"
	"fmt"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/document"
)

// Question is a parsed request.
type Question struct {
	*answer.Query
	// Operation is Query.Op.
	Operation *Operation
	// Canonical is the one URL of this question, path and query; empty where it has
	// none: the document is not registered, or the URL would be too long to send.
	Canonical string
}

// maxURL is the longest URL the reader reads.
const maxURL = 16 << 10

// Vars are the variables of a question.
type Vars struct {
	op        *Operation
	canonical string
}

// bound is a query with its variables, in one piece of memory.
type bound struct {
	query answer.Query
	vars  Vars
}

// fewSizes is room on the stack for the sizes of most operations.
const fewSizes = 8

// Parse turns a request into a question. Its errors are coded, and never to be
// stored: a document can be registered a moment later.
func (r *Registry) Parse(ctx context.Context, req Request) (Question, error) {
	op, err := r.find(ctx, &req)
	if err != nil {
		return Question{}, err
	}
	if req.OperationName != "" && req.OperationName != op.doc.Name {
		return Question{}, document.UnknownOperation(req.OperationName)
	}
	return r.bind(op, req.Variables)
}

// bind reads the variables and makes the key.
func (r *Registry) bind(op *Operation, variables []byte) (Question, error) {
	var few [fewSizes]int
	sizes := few[:]
	if n := op.doc.Sized(); n > len(few) {
		sizes = make([]int, n)
	}
	buffer := r.buffers.Get().(*[]byte) //nolint:errcheck // the pool holds nothing else
	defer r.buffers.Put(buffer)
	canonical, err := op.doc.Variables.Canonical((*buffer)[:0], sizes, variables)
	if err != nil {
		return Question{}, err
	}
	*buffer = canonical[:0]
	if err := op.doc.Check(sizes); err != nil {
		return Question{}, err
	}
	b := &bound{}
	b.query.Op, b.query.Key = op, op.key.Key(canonical)
	b.vars = Vars{op: op, canonical: tail(string(b.query.Key), canonical)}
	b.query.Vars = &b.vars
	return Question{Query: &b.query, Operation: op, Canonical: op.canonicalURL(canonical)}, nil
}

// tail is the canonical text as a string: the end of the key, where the key
// carries it whole.
func tail(key string, canonical []byte) string {
	if n := len(key) - len(canonical); n > 0 && key[n:] == string(canonical) {
		return key[n:]
	}
	return string(canonical)
}

// Values returns the coerced variables of a query made by Parse, defaults filled
// in, as nil, bool, int64, float64, string, []any and map[string]any. Treat them
// as read-only.
func Values(q *answer.Query) (map[string]any, error) {
	v, ok := q.Vars.(*Vars)
	if !ok {
		return nil, fmt.Errorf("operation: the query's variables are a %T", q.Vars)
	}
	return v.op.doc.Variables.Values([]byte(v.canonical))
}

// Canonical is the canonical JSON of the variables of a query made by Parse.
func Canonical(q *answer.Query) string {
	if v, ok := q.Vars.(*Vars); ok {
		return v.canonical
	}
	return ""
}

const upperHex = "0123456789ABCDEF"

// canonicalURL is the operation's URL with the variables, unless there are none.
func (o *Operation) canonicalURL(variables []byte) string {
	switch {
	case o.url == "":
		return ""
	case len(variables) <= len("{}"):
		return o.url
	}
	url := make([]byte, 0, len(o.url)+len("&variables=")+2*len(variables))
	url = append(append(url, o.url...), "&variables="...)
	url = appendEscaped(url, variables)
	if len(url) > maxURL {
		return ""
	}
	return string(url)
}

// appendEscaped percent-encodes all but unreserved characters, colon and comma:
// the one spelling of a canonical URL.
func appendEscaped(dst, text []byte) []byte {
	for _, c := range text {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~', c == ':', c == ',':
			dst = append(dst, c)
		default:
			dst = append(dst, '%', upperHex[c>>4], upperHex[c&0xf])
		}
	}
	return dst
}
