package operation

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// Request is the parameters of one GraphQL request.
type Request = gqlhttp.Request

var (
	errNoDocument = apperr.New(apperr.DocumentRequired,
		"Say which document to run: documentId=sha256:… names a registered one.")
	errNotRegistered = apperr.New(apperr.DocumentRequired,
		"This document is not registered, and only registered documents are run here.")
	errMutation = apperr.New(apperr.BadRequest, "A mutation cannot be sent by GET.").WithStatus(http.StatusMethodNotAllowed)
)

// find is the operation that a request asks for.
func (r *Registry) find(ctx context.Context, req *Request) (*Operation, error) {
	id, field, err := req.ID()
	if err != nil {
		return nil, err
	}
	known := r.current.Load()
	var op *Operation
	if id != "" {
		op = known.find(id)
	}
	if req.Query == "" {
		switch {
		case op != nil:
			return op, nil
		case id != "":
			return nil, known.unknown(id, field)
		}
		return nil, errNoDocument
	}
	hash := document.ID(req.Query)
	if mismatched(id, hash, op) {
		return nil, apperr.OfField(apperr.BadRequest, field, "must be the hash of the document sent with it")
	}
	if registered := known.byID[hash]; registered != nil {
		return registered, nil
	}
	return r.unregistered(ctx, req, hash)
}

// unknown is the answer to an id that names nothing that is run.
func (x *index) unknown(id, field string) error {
	if end, ok := x.ended[strings.ToLower(strings.TrimPrefix(id, gqlhttp.HashPrefix))]; ok {
		return apperr.OfField(errNotFound.Code, field, "must name a document that is still answered; this one was retired on "+end.Format(time.DateOnly)+"; the query operations lists those there are")
	}
	return apperr.OfField(errNotFound.Code, field, "must name a document that is registered here (tercul documents add) and not blocked; the query operations lists them")
}

// mismatched tells whether an id names another text than the one sent with it.
func mismatched(id, hash string, op *Operation) bool {
	if op != nil {
		return op.hash != hash
	}
	plain := strings.ToLower(strings.TrimPrefix(id, gqlhttp.HashPrefix))
	return document.IsID(plain) && plain != hash
}

// maxExplained is the longest unregistered text, in bytes, whose mistakes are
// still explained where only registered ones are run: validation takes time that
// grows with the square of a text that repeats itself.
const maxExplained = 2048

// unregistered deals with a text that is not registered.
func (r *Registry) unregistered(ctx context.Context, req *Request, hash string) (*Operation, error) {
	key := hash + "." + req.OperationName
	if op := r.adHoc.get(key); op != nil {
		return op, nil
	}
	query, err := r.cfg.Checker.Parse(req.Query)
	if err != nil {
		return nil, err
	}
	if req.Get && mutates(query, req.OperationName) {
		return nil, errMutation
	}
	if r.cfg.Mode != Any && len(req.Query) > maxExplained {
		return nil, errNotRegistered
	}
	doc, err := r.cfg.Checker.Load(req.Query, document.Options{Operation: req.OperationName, Introspection: true})
	if err != nil {
		return nil, err
	}
	if r.cfg.Mode != Any {
		return nil, errNotRegistered
	}
	op, err := r.build(doc, AdHoc)
	if err != nil {
		return nil, err
	}
	if r.cfg.Verify != nil {
		if err := r.cfg.Verify(ctx, op); err != nil {
			return nil, err
		}
	}
	r.adHoc.put(key, op)
	return op, nil
}

func mutates(query *ast.QueryDocument, name string) bool {
	if name == "" {
		return query.Operations[0].Operation == ast.Mutation
	}
	op := query.Operations.ForName(name)
	return op != nil && op.Operation == ast.Mutation
}
