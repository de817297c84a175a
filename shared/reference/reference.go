// Package reference writes the pages that tell of the types of a schema: its
// objects, inputs, enums and scalars, each with the descriptions it gives them.
package reference

import (
	"bytes"
	"cmp"
	"embed"
	"slices"
	"strings"
	"text/template"

	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed pages.tmpl
var pages embed.FS

// Kinds are the pages: one for each kind of definition.
var Kinds = []string{"objects", "inputs", "enums", "scalars"}

var kindOf = map[ast.DefinitionKind]string{
	ast.Object: "objects", ast.Interface: "objects", ast.Union: "objects",
	ast.InputObject: "inputs", ast.Enum: "enums", ast.Scalar: "scalars",
}

// Schema is a schema as the pages tell it.
type Schema struct {
	*ast.Schema
	// Of names whose schema it is in the titles, where there is more than one.
	Of string
	// Prefix begins the names of the pages.
	Prefix string
	// Folder leads from the pages that link here to these pages; empty within them.
	Folder string
	// Note is said at the head of each page.
	Note string
	// Rules tells what a field of an input is held to beyond its type; nil for nothing.
	Rules func(*ast.FieldDefinition) string
}

// Functions are what templates can call.
func (s Schema) Functions() template.FuncMap {
	return template.FuncMap{
		"link": s.Link, "lower": strings.ToLower, "defaultOf": defaultOf, "line": Line, "facts": facts,
		"specification": specification, "rules": s.rules,
	}
}

// Render makes the pages of the types by file name.
func (s Schema) Render() (map[string][]byte, error) {
	set, err := template.New("").Funcs(s.Functions()).ParseFS(pages, "pages.tmpl")
	if err != nil {
		return nil, err
	}
	written := map[string][]byte{}
	for _, kind := range Kinds {
		var page bytes.Buffer
		if err := set.ExecuteTemplate(&page, kind, s); err != nil {
			return nil, err
		}
		written[s.Prefix+kind+".md"] = page.Bytes()
	}
	return written, nil
}

// Types are the definitions of one page, by name.
func (s Schema) Types(page string) []*ast.Definition {
	var found []*ast.Definition
	for _, def := range s.Schema.Types {
		if kindOf[def.Kind] == page && def != s.Query && def != s.Mutation && !strings.HasPrefix(def.Name, "__") {
			found = append(found, def)
		}
	}
	return byName(found)
}

// Members are the objects that an interface or a union stands for.
func (s Schema) Members(def *ast.Definition) []*ast.Definition {
	if !def.IsAbstractType() {
		return nil
	}
	return byName(slices.Clone(s.PossibleTypes[def.Name]))
}

func byName(list []*ast.Definition) []*ast.Definition {
	slices.SortFunc(list, func(a, b *ast.Definition) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

// Link is a type as it is written, leading to what it is made of.
func (s Schema) Link(t *ast.Type) string {
	def := s.Schema.Types[t.Name()]
	return "[`" + t.String() + "`](" + s.Folder + s.Prefix + kindOf[def.Kind] + ".md#" + strings.ToLower(def.Name) + ")"
}

func (s Schema) rules(f *ast.FieldDefinition) string {
	if s.Rules == nil {
		return ""
	}
	return s.Rules(f)
}

// Line is a text in one line, fit for a cell of a table.
func Line(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}
