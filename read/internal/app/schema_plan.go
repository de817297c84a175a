package app

import (
	"context"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/operation/introspect"
	"github.com/tercul/tercul/shared/apperr"
)

// schemaPlan answers a document about the schema itself, from memory.
type schemaPlan struct {
	schema *ast.Schema
	op     *ast.OperationDefinition
}

func newSchemaPlan(schema *ast.Schema, op *ast.OperationDefinition) *schemaPlan {
	return &schemaPlan{schema, op}
}

// schemaPolicy: the schema changes with a release alone, and its version is part
// of the key.
var schemaPolicy = answer.Policy{
	MaxAge: time.Minute, SharedMaxAge: 5 * time.Minute,
	StaleWhileRevalidate: time.Hour, StaleIfError: 24 * time.Hour,
}

var errMixed = apperr.New(apperr.ValidationFailed, "Ask about the schema in a document of its own, apart from the library.")

// schemaField finds a field about the schema among the root's.
func schemaField(set ast.SelectionSet) *ast.Field {
	for _, s := range set {
		var found *ast.Field
		switch s := s.(type) {
		case *ast.Field:
			if s.Name == "__schema" || s.Name == "__type" {
				found = s
			}
		case *ast.InlineFragment:
			found = schemaField(s.SelectionSet)
		case *ast.FragmentSpread:
			found = schemaField(s.Definition.SelectionSet)
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// schemaTag is announced when the set of documents changes.
const schemaTag = "api"

// schemaSource answers questions about the schema and passes on all others.
type schemaSource struct {
	next  answer.Source
	clock interface{ Applied() uint64 }
}

// Answer implements answer.Source.
func (s schemaSource) Answer(ctx context.Context, q *answer.Query) (answer.Result, error) {
	op, ok := q.Op.(*operation.Operation)
	if !ok {
		return s.next.Answer(ctx, q)
	}
	p, ok := op.Plan().(*schemaPlan)
	if !ok {
		return s.next.Answer(ctx, q)
	}
	asOf := s.clock.Applied()
	vars, err := operation.Values(q)
	if err != nil {
		return answer.Result{}, err
	}
	data, err := introspect.Resolve(p.schema, p.op.SelectionSet, vars)
	if err != nil {
		return answer.Result{}, err
	}
	return answer.Result{Layer: answer.Origin, Entry: answer.NewEntry(answer.Material{
		Data: data, AsOf: asOf, Tags: []string{schemaTag}, Policy: op.Policy(), Now: time.Now(),
	})}, nil
}
