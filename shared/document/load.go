package document

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/input"
)

// Checker loads documents against one schema. It is safe for concurrent use.
type Checker struct {
	schema *ast.Schema
	types  *input.Types
	limits Limits
}

// NewChecker prepares a schema for documents. It fails where the schema has an
// input type that package input cannot read.
func NewChecker(schema *ast.Schema, limits Limits, scalars ...input.Option) (*Checker, error) {
	types, err := input.New(schema, limits.Variables, scalars...)
	if err != nil {
		return nil, err
	}
	return &Checker{schema: schema, types: types, limits: limits.withDefaults()}, nil
}

// Schema returns the schema that documents are checked against.
func (c *Checker) Schema() *ast.Schema { return c.schema }

// Types returns the schema's input types.
func (c *Checker) Types() *input.Types { return c.types }

// Limits returns the limits in force.
func (c *Checker) Limits() Limits { return c.limits }

// Load parses, validates and measures a document.
func (c *Checker) Load(text string, opts Options) (*Document, error) {
	query, err := c.Parse(text)
	if err != nil {
		return nil, err
	}
	if opts.Single && len(query.Operations) > 1 {
		second := query.Operations[1].Position
		return nil, apperr.New(apperr.ValidationFailed, "A persisted document holds one operation, this one holds several.").
			WithLocation(second.Line, second.Column)
	}
	seen, err := c.validate(query, opts)
	if err != nil {
		return nil, err
	}
	op, err := choose(query, opts.Operation)
	if err != nil {
		return nil, err
	}
	d := &Document{
		ID: ID(text), Name: op.Name, Text: text, Operation: op, limits: c.limits,
		Query: c.prune(query, op), Several: len(query.Operations) > 1,
	}
	if err := c.measure(d); err != nil {
		return nil, err
	}
	d.Variables, err = c.types.Variables(op.VariableDefinitions, seen.uses[op.Name], d.sized)
	if err != nil {
		return nil, apperr.Wrap(err, apperr.ValidationFailed, "The operation's "+err.Error()+".")
	}
	d.Cost = d.CostOf(d.Variables.DefaultSizes())
	if err := d.affordable(d.Cost); err != nil {
		return nil, err
	}
	return d, nil
}

// Parse only parses: for callers that must know what a document asks for before
// they refuse it.
func (c *Checker) Parse(text string) (*ast.QueryDocument, error) {
	if len(text) > c.limits.Bytes {
		return nil, apperr.Newf(apperr.InputLimit, "The document is longer than %d bytes.", c.limits.Bytes)
	}
	if !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0 {
		return nil, apperr.New(apperr.ParseFailed, "The document is not valid UTF-8 text.")
	}
	query, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, c.limits.Tokens)
	if err != nil {
		return nil, parseError(err)
	}
	if len(query.Operations) == 0 {
		return nil, apperr.New(apperr.ParseFailed, "The document holds no operation.")
	}
	return query, nil
}

// validate applies the rules of the specification and those of this package.
func (c *Checker) validate(query *ast.QueryDocument, opts Options) (*seen, error) {
	s := &seen{uses: map[string]map[string]input.Use{}}
	errs := validator.ValidateWithRules(c.schema, query, c.rules(s, opts))
	if len(errs) > 0 {
		return nil, validationErrors(errs)
	}
	return s, nil
}

// choose picks the operation by name, or the only one.
func choose(query *ast.QueryDocument, name string) (*ast.OperationDefinition, error) {
	if name == "" && len(query.Operations) == 1 {
		return query.Operations[0], nil
	}
	if name == "" {
		return nil, apperr.OfField(apperr.BadRequest, "operationName", "must say which of the document's several operations is meant")
	}
	if op := query.Operations.ForName(name); op != nil {
		return op, nil
	}
	return nil, UnknownOperation(name)
}

// UnknownOperation is the error for an operation name that the document lacks.
func UnknownOperation(name string) error {
	return apperr.OfField(apperr.BadRequest, "operationName", fmt.Sprintf("must name an operation of the document, not %q", shorten(name)))
}

func shorten(s string) string {
	const longest = 60
	if len(s) > longest {
		s = s[:longest] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

// prune leaves the operation and the fragments it reaches, and binds the
// variables in them to this operation's definitions.
func (c *Checker) prune(query *ast.QueryDocument, op *ast.OperationDefinition) *ast.QueryDocument {
	if len(query.Operations) == 1 {
		return query
	}
	reached := map[*ast.FragmentDefinition]bool{}
	reach(op.SelectionSet, reached)
	out := &ast.QueryDocument{Operations: ast.OperationList{op}, Position: op.Position}
	for _, f := range query.Fragments {
		if reached[f] {
			out.Fragments = append(out.Fragments, f)
		}
	}
	validator.Walk(c.schema, out, &validator.Events{})
	return out
}

func reach(set ast.SelectionSet, reached map[*ast.FragmentDefinition]bool) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			reach(s.SelectionSet, reached)
		case *ast.InlineFragment:
			reach(s.SelectionSet, reached)
		case *ast.FragmentSpread:
			if s.Definition != nil && !reached[s.Definition] {
				reached[s.Definition] = true
				reach(s.Definition.SelectionSet, reached)
			}
		}
	}
}
