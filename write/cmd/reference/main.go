// Command reference writes the pages of docs/api that are about the write service:
// what each operation asks of its caller, from the policy and the schema, the types
// of the schema, and what the codes of errors mean.
package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"os"
	"path/filepath"
	"text/template"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/reference"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/write"
)

//go:generate go run . ../../../docs/api

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

const note = "Generated from [the schema](../../../write/schema) of the write service by `make generate`. Who may do what is in\n" +
	"[operations](../operations.md). [Inputs](write-inputs.md) · [Objects](write-objects.md) · [Enums](write-enums.md) · [Scalars](write-scalars.md)"

// render makes the pages by file name: the types of the schema, and what a template of
// pages.tmpl makes of the policy.
func render() (map[string][]byte, error) {
	text, err := write.Schema()
	if err != nil {
		return nil, err
	}
	schema, err := document.Schema("schema", text)
	if err != nil {
		return nil, err
	}
	types := reference.Schema{Schema: schema, Of: " of the write service", Prefix: "write-", Note: note, Rules: rules}
	told, err := types.Render()
	if err != nil {
		return nil, err
	}
	written := map[string][]byte{}
	for name, page := range told {
		written["reference/"+name] = page
	}
	types.Folder = "reference/"
	set, err := template.New("").Funcs(types.Functions()).Funcs(functions).ParseFS(pages, "pages.tmpl")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"operations", "errors"} {
		var page bytes.Buffer
		if err := set.ExecuteTemplate(&page, name, service{schema}); err != nil {
			return nil, err
		}
		written[name+".md"] = page.Bytes()
	}
	return written, nil
}
