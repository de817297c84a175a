// Package introspect answers __schema and __type from a schema in memory, as the
// specification has it (section 4, "Introspection"), deprecation of arguments and
// input fields, specifiedByURL, isOneOf and isRepeatable included.
//
// The answer depends on the schema and the variables alone, so a plan that asks
// for nothing else needs no statement:
//
//	if introspect.Only(op) {
//		body, err := introspect.Resolve(schema, op.SelectionSet, vars)
//	}
//
// Documents must have been validated: fields, arguments and fragments are taken
// to exist, and the validator bounds how deep an answer can get.
package introspect
