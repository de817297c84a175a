// Package write holds what the write service is built from and others may read:
// its schema and the documents it ships.
package write

//go:generate go tool gqlgen generate

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.graphql
var schema embed.FS

//go:embed operations/*.graphql
var operations embed.FS

// Schema is the schema as one text.
func Schema() (string, error) {
	names, err := fs.Glob(schema, "schema/*.graphql")
	if err != nil {
		return "", err
	}
	var text []byte
	for _, name := range names {
		part, err := schema.ReadFile(name)
		if err != nil {
			return "", err
		}
		text = append(append(text, part...), '\n')
	}
	return string(text), nil
}

// Operations are the documents that anybody who is signed in may run.
func Operations() (fs.FS, error) { return fs.Sub(operations, "operations") }
