// Package read holds what the read service publishes about itself: the public
// GraphQL schema and the documents shipped with it. It imports nothing, so that
// the command line and the write service can check documents without the reader.
package read

import "embed"

// Schema is the public GraphQL schema in the schema definition language.
//
//go:embed schema.graphql
var Schema string

// Operations holds the persisted documents shipped with the service,
// one operation a file, under operations/.
//
//go:embed operations/*.graphql
var Operations embed.FS

// Examples are variables for each of the operations, by its name, that work on the
// sample library. The catalogue shows them.
//
//go:embed examples.json
var Examples []byte

// Exported is genqlient's export of the same documents, as package client sends
// them: other white space, and so other ids.
//
//go:embed operations.json
var Exported []byte
