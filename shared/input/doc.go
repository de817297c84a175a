// Package input reads what callers send into GraphQL variables: strictly, with
// every fault at once, and into one canonical text per meaning.
//
// The canonical text is the source of truth. It is minified JSON with sorted
// keys, every scalar in one spelling, values equal to their default left out and
// nulls left out where null and nothing mean the same. Cache keys and canonical
// URLs are made of it, and the Go values that a query is bound with are read
// back from it alone: two requests with equal keys are bound with equal values,
// whatever they looked like on the wire.
//
//	types, err := input.New(schema, input.Limits{})   // once
//	vars, err := types.Variables(op.VariableDefinitions, nil, nil)
//	canonical, err := vars.Canonical(nil, nil, []byte(`{"first":2e1,"slug":"inferno"}`))
//	values, err := vars.Values(canonical)              // map[string]any
//
// Go values are nil, bool, int64 (Int), float64 (Float), string (String, ID,
// enums and every scalar of the schema's own), []any and map[string]any.
//
// Refused, each with its path such as variables.filter.and[0].year: broken JSON,
// duplicate names, broken UTF-8, lone surrogates, NUL, unknown names, missing or
// null where a value is required, wrong types, numbers out of range, and text
// beyond the Limits. Methods are safe for concurrent use.
package input
