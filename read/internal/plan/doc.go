// Package plan compiles a GraphQL document into one SQL statement whose answer
// is the body of the response.
//
// Compiling happens once, when a document is registered; binding happens once a
// request that missed every cache, and is no more than writing the statement's
// text and its parameters. There is no resolver: fields are columns, nested
// objects are lateral sub-selects, and PostgreSQL writes the JSON.
//
// The statement answers one row: the data, the cache tags of every row that
// was read, the fault found in an argument, whether a root object is missing,
// whether the answer can never change, and the snapshot it was read in.
//
// The package is pure: it reads and writes nothing. What may fail at bind time
// is the caller's input alone, as BAD_REQUEST or INPUT_LIMIT with the field.
package plan
