// Command reference writes the pages of docs/api/reference from the public
// schema: everything that can be asked, with the descriptions that the schema
// gives it, and what the catalogue knows of its cache tags.
package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"os"
	"path/filepath"
	"text/template"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/run"
)

//go:generate go run . ../../../docs/api/reference

//go:embed pages.tmpl
var pages embed.FS

func main() { run.Main("reference", realMain) }

func realMain(context.Context) error {
	if len(os.Args) != 2 {
		return errors.New("say into which folder: reference FOLDER")
	}
	written, err := render()
	if err != nil {
		return err
	}
	for name, page := range written {
		if err := os.WriteFile(filepath.Join(os.Args[1], name), page, 0o644); err != nil { //nolint:gosec // documentation, for everybody
			return err
		}
	}
	return nil
}

// render makes the pages by file name: each is a template of pages.tmpl.
func render() (map[string][]byte, error) {
	schema, err := document.Schema("schema.graphql", read.Schema)
	if err != nil {
		return nil, err
	}
	checker, err := document.NewChecker(schema, document.Limits{})
	if err != nil {
		return nil, err
	}
	r := reference{schema, checker.Limits()}
	set, err := template.New("").Funcs(r.functions()).ParseFS(pages, "pages.tmpl")
	if err != nil {
		return nil, err
	}
	written := map[string][]byte{}
	for _, kind := range kinds {
		var page bytes.Buffer
		if err := set.ExecuteTemplate(&page, kind, r); err != nil {
			return nil, err
		}
		written[kind+".md"] = page.Bytes()
	}
	return written, nil
}
