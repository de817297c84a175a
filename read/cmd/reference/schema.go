package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/document"
)

// kinds are the pages: one for each kind of definition.
var kinds = []string{"queries", "objects", "inputs", "enums", "scalars"}

var kindOf = map[ast.DefinitionKind]string{
	ast.Object: "objects", ast.Interface: "objects", ast.Union: "objects",
	ast.InputObject: "inputs", ast.Enum: "enums", ast.Scalar: "scalars",
}

// reference is the schema as the templates see it, and what one document may ask for.
type reference struct {
	schema *ast.Schema
	Limits document.Limits
}

// functions are what the templates can call.
func (r reference) functions() template.FuncMap {
	return template.FuncMap{"link": r.link, "lower": strings.ToLower, "defaultOf": defaultOf, "line": line, "facts": facts, "tags": tags, "specification": specification}
}

// Queries are the fields of the root, as the schema orders them.
func (r reference) Queries() []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(r.schema.Query.Fields), func(f *ast.FieldDefinition) bool {
		return strings.HasPrefix(f.Name, "__")
	})
}

// Types are the definitions of one page, by name.
func (r reference) Types(page string) []*ast.Definition {
	var found []*ast.Definition
	for _, def := range r.schema.Types {
		if kindOf[def.Kind] == page && def != r.schema.Query && !strings.HasPrefix(def.Name, "__") {
			found = append(found, def)
		}
	}
	slices.SortFunc(found, func(a, b *ast.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return found
}

// Members are the objects that an interface stands for.
func (r reference) Members(def *ast.Definition) []*ast.Definition {
	if def.Kind != ast.Interface {
		return nil
	}
	members := slices.Clone(r.schema.PossibleTypes[def.Name])
	slices.SortFunc(members, func(a, b *ast.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return members
}

// link is a type as it is written, leading to what it is made of.
func (r reference) link(t *ast.Type) string {
	def := r.schema.Types[t.Name()]
	return "[`" + t.String() + "`](" + kindOf[def.Kind] + ".md#" + strings.ToLower(def.Name) + ")"
}

// line is a text in one line, fit for a cell of a table.
func line(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func defaultOf(arg *ast.ArgumentDefinition) string {
	if arg.DefaultValue == nil {
		return ""
	}
	return "`" + arg.DefaultValue.String() + "`"
}

// facts tell what the directives of a field say: how long it is kept and what it costs.
func facts(field *ast.FieldDefinition) string {
	var parts []string
	if cache := field.Directives.ForName("cacheControl"); cache != nil {
		parts = append(parts, fmt.Sprintf("Fresh for %s, then given for %s while it is renewed.",
			seconds(cache, "maxAge"), seconds(cache, "staleWhileRevalidate")))
	}
	if cost := field.Directives.ForName("cost"); cost != nil {
		parts = append(parts, "Costs "+value(cost, "weight")+" besides.")
	}
	if size := field.Directives.ForName("listSize"); size != nil {
		parts = append(parts, multiplied(size))
	}
	return strings.Join(parts, " ")
}

// multiplied tells how often what is selected in a list counts.
func multiplied(size *ast.Directive) string {
	if assumed := value(size, "assumed"); assumed != "" {
		return "Its cost counts " + assumed + " times."
	}
	return "Its cost counts as often as `" + value(size, "argument") + "` says, " + value(size, "max") + " times at most."
}

// seconds is a directive's argument as people say a time.
func seconds(d *ast.Directive, name string) string {
	n, err := strconv.Atoi(value(d, name))
	if err != nil {
		return value(d, name)
	}
	switch {
	case n >= 3600 && n%3600 == 0:
		return strconv.Itoa(n/3600) + " h"
	case n >= 60 && n%60 == 0:
		return strconv.Itoa(n/60) + " min"
	}
	return strconv.Itoa(n) + " s"
}

// value is a directive's argument, or the default that the schema gives it.
func value(d *ast.Directive, name string) string {
	if arg := d.Arguments.ForName(name); arg != nil {
		return arg.Value.Raw
	}
	if arg := d.Definition.Arguments.ForName(name); arg != nil && arg.DefaultValue != nil {
		return arg.DefaultValue.Raw
	}
	return ""
}

// tags are the fixed cache tags of a query: those by which it is purged when rows
// come to be in it or go.
func tags(query *ast.FieldDefinition) []string {
	field := catalog.Objects["Query"].Fields[query.Name]
	found := slices.Clone(field.Tags)
	if field.Rel != nil {
		found = append(found, field.Rel.Tags...)
	}
	return found
}

// specification is where a scalar is defined elsewhere.
func specification(def *ast.Definition) string {
	if d := def.Directives.ForName("specifiedBy"); d != nil {
		return value(d, "url")
	}
	return ""
}
