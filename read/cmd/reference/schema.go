package main

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/reference"
)

// public is the schema as the template of queries sees it, and what one document may
// ask for.
type public struct {
	reference.Schema
	Limits document.Limits
}

// Queries are the fields of the root, as the schema orders them.
func (p public) Queries() []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(p.Query.Fields), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__")
	})
}

// tags are the fixed cache tags of a query: those by which it is purged when rows
// come to be in it or go.
func tags(query *ast.FieldDefinition) []string {
	field := catalog.Objects["Query"].Fields[query.Name]
	found := slices.Clone(field.Tags)
	if field.Rel != nil {
		found = append(found, field.Rel.Tags...)
	}
	return found
}
