// Package document holds the rules that both services set for GraphQL documents:
// how one is parsed, validated, measured and identified.
//
//	schema, err := document.Schema("schema.graphql", sdl)
//	checker, err := document.NewChecker(schema, document.Limits{})
//	doc, err := checker.Load(text, document.Options{Single: true})
//	doc.ID, doc.Name, doc.Cost
//
// # Limits
//
// Size, tokens, depth, aliases and the number of fields after the fragments are
// spread are limited, and so is the cost. Depth counts fields from the root, a
// leaf included. What lies under __schema and __type is counted in none of them:
// it is answered from memory, and the validator bounds how its lists nest.
//
// # Cost
//
// Each object answered costs 1, a scalar nothing, and @cost(weight: n) on a field
// adds n each time the field is answered. A list multiplies what is selected in
// it by its size; where a field answers one of several types, the dearest counts.
// The paging structure (types named …Connection and …Edge, and PageInfo) is free:
// the size of a connection applies to the lists directly in it. The size is that
// of the argument that @listSize(argument:) names, or what @listSize(assumed: n)
// assumes; without @listSize it is the argument "first" where there is one, else
// 1. A field with @cost and no @listSize is flat: its weight stands for its list.
// An argument that is a list counts by its length. @include and @skip are taken
// as answered.
//
// So the cost is a function of the variables. When a document is registered it is
// computed with their defaults, else the argument's, else the largest size allowed
// (max); a request pays for the values it brings (Document.Check).
//
// # Errors
//
// Every error is an apperr error with a code and its places in the document:
// GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, COST_LIMIT, INPUT_LIMIT, or
// BAD_REQUEST for a wrong operation name.
package document
