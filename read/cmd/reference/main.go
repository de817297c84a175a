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
	"github.com/tercul/tercul/shared/reference"
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

const note = "Generated from [the schema](../../../read/schema.graphql) by `make generate`.\n" +
	"[Queries](queries.md) · [Objects](objects.md) · [Inputs](inputs.md) · [Enums](enums.md) · [Scalars](scalars.md)"

// render makes the pages by file name.
func render() (map[string][]byte, error) {
	schema, err := document.Schema("schema.graphql", read.Schema)
	if err != nil {
		return nil, err
	}
	checker, err := document.NewChecker(schema, document.Limits{})
	if err != nil {
		return nil, err
	}
	of := reference.Schema{Schema: schema, Note: note}
	written, err := of.Render()
	if err != nil {
		return nil, err
	}
	set, err := template.New("").Funcs(of.Functions()).Funcs(template.FuncMap{"tags": tags}).ParseFS(pages, "pages.tmpl")
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := set.ExecuteTemplate(&page, "queries", public{of, checker.Limits()}); err != nil {
		return nil, err
	}
	written["queries.md"] = page.Bytes()
	return written, nil
}
