package document

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Schema parses and validates a schema. The directive @defer, which the parser
// declares by itself, is taken out: answers here come in one piece.
func Schema(name, sdl string) (*ast.Schema, error) {
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: sdl})
	if err != nil {
		var where *gqlerror.Error
		if errors.As(err, &where) && len(where.Locations) > 0 {
			at := where.Locations[0]
			return nil, fmt.Errorf("%s:%d:%d: %s", name, at.Line, at.Column, where.Message)
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	delete(schema.Directives, "defer")
	return schema, nil
}

// Undescribed lists what in a schema lacks a description, sorted: types, fields,
// arguments, enum values and directives.
func Undescribed(schema *ast.Schema) []string {
	var missing []string
	note := func(description, name string) {
		if strings.TrimSpace(description) == "" {
			missing = append(missing, name)
		}
	}
	for _, def := range schema.Types {
		if def.BuiltIn {
			continue
		}
		note(def.Description, def.Name)
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			note(f.Description, def.Name+"."+f.Name)
			for _, a := range f.Arguments {
				note(a.Description, def.Name+"."+f.Name+"("+a.Name+":)")
			}
		}
		for _, v := range def.EnumValues {
			note(v.Description, def.Name+"."+v.Name)
		}
	}
	for _, d := range schema.Directives {
		note(d.Description, "@"+d.Name)
		for _, a := range d.Arguments {
			note(a.Description, "@"+d.Name+"("+a.Name+":)")
		}
	}
	slices.Sort(missing)
	return missing
}
