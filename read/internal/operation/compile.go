package operation

import (
	"context"
	"fmt"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/document"
)

// anonymous stands for an operation without a name, adHocName for all that are
// not registered.
const (
	anonymous = "anonymous"
	adHocName = "adhoc"
)

// compile makes an operation of a registered text.
func (r *Registry) compile(ctx context.Context, entry document.Entry, source Source) (*Operation, error) {
	opts := document.Options{Single: true, Introspection: source != Table}
	doc, err := r.cfg.Checker.Load(entry.Text, opts)
	if err != nil {
		return nil, err
	}
	op, err := r.build(doc, source)
	if err != nil {
		return nil, err
	}
	op.url = r.cfg.Path + "?documentId=sha256:" + op.hash
	if r.cfg.Verify == nil {
		return op, nil
	}
	return op, r.cfg.Verify(ctx, op)
}

// build compiles a checked document.
func (r *Registry) build(doc *document.Document, source Source) (*Operation, error) {
	compiled, err := r.cfg.Compile(r.cfg.Checker.Schema(), doc.Query, doc.Operation)
	if err != nil {
		return nil, err
	}
	op := &Operation{
		name: doc.Name, hash: doc.ID, doc: doc, plan: compiled.Plan, policy: compiled.Policy, source: source,
	}
	switch {
	case source == AdHoc:
		op.name = adHocName
	case op.name == "":
		op.name = anonymous
	}
	if doc.Several { // one text, several operations: the id alone does not tell which
		op.hash += "." + doc.Name
	}
	op.key = cachekey.NewDocument(r.cfg.SchemaVersion, op.hash)
	return op, nil
}

// described is an entry for messages: what it is called and where it was found.
func described(entry document.Entry) string {
	switch {
	case entry.Name != "" && entry.Origin != "":
		return fmt.Sprintf("%s of %s", entry.Name, entry.Origin)
	case entry.ID != "" && entry.Origin != "":
		return fmt.Sprintf("%s of %s", entry.ID, entry.Origin)
	case entry.Origin != "":
		return entry.Origin
	}
	return entry.Name + entry.ID
}

// place is where in a document the fault is, as :line:column.
func place(err error) string {
	e := apperr.From(err)
	if len(e.Locations) == 0 {
		return ""
	}
	return fmt.Sprintf(":%d:%d", e.Locations[0].Line, e.Locations[0].Column)
}

// shortened lowers a policy to a document's own time to live.
func shortened(p answer.Policy, ttl time.Duration) answer.Policy {
	if ttl > 0 {
		p.Lasting = min(p.Lasting, ttl)
	}
	if ttl <= 0 || p.Immutable && ttl >= p.SharedMaxAge {
		return p
	}
	p.Immutable = p.Immutable && ttl >= p.SharedMaxAge
	p.MaxAge = min(p.MaxAge, ttl)
	p.SharedMaxAge = min(p.SharedMaxAge, ttl)
	return p
}
