package difftest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Generator makes random documents that ask for what a library holds.
type Generator struct {
	Lib    *Library
	Schema *ast.Schema
	Rand   *rand.Rand
	// Skip are fields, as Type.field, that are not to be asked for.
	Skip map[string]bool

	vars     map[string]any
	declared []string
	fields   int
}

// maxFields keeps generated documents readable.
const maxFields = 60

// Document gives the text of a document and its variables.
func (g *Generator) Document() (string, map[string]any) {
	g.vars, g.declared, g.fields = map[string]any{}, nil, 0
	body := g.selection("Query", 0)
	head := "query Generated"
	if len(g.declared) > 0 {
		head += "(" + strings.Join(g.declared, ", ") + ")"
	}
	return head + " " + body, g.vars
}

func (g *Generator) chance(percent int) bool { return g.Rand.IntN(100) < percent }

// selection writes a selection set on a type.
func (g *Generator) selection(typ string, depth int) string {
	def := g.Schema.Types[typ]
	if def.Kind != ast.Object {
		return g.abstract(def, depth)
	}
	var known []*ast.FieldDefinition
	for _, f := range def.Fields {
		name := typ + "." + f.Name
		if _, ok := resolvers[name]; ok && !g.Skip[name] && (depth < 7 || g.isLeaf(f)) {
			known = append(known, f)
		}
	}
	n := 1 + g.Rand.IntN(4)
	if typ == "Query" {
		n = 1 + g.Rand.IntN(2)
	}
	var parts []string
	for range n {
		parts = append(parts, g.field(known[g.Rand.IntN(len(known))], depth, len(parts)))
	}
	if g.chance(20) {
		parts = append(parts, "__typename")
	}
	if typ != "Query" && g.chance(15) {
		parts = append(parts, "... on "+typ+g.condition()+" { f"+fmt.Sprint(len(parts))+": "+g.leaf(def)+" }")
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (g *Generator) isLeaf(f *ast.FieldDefinition) bool {
	k := g.Schema.Types[f.Type.Name()].Kind
	return k == ast.Scalar || k == ast.Enum
}

func (g *Generator) leaf(def *ast.Definition) string {
	for _, f := range def.Fields {
		if _, ok := resolvers[def.Name+"."+f.Name]; ok && g.isLeaf(f) && len(f.Arguments) == 0 {
			return f.Name
		}
	}
	return "__typename"
}

func (g *Generator) abstract(def *ast.Definition, depth int) string {
	parts := []string{"__typename"}
	for _, t := range g.Schema.PossibleTypes[def.Name] {
		if g.chance(50) {
			parts = append(parts, "... on "+t.Name+" { t"+fmt.Sprint(len(parts))+": "+g.leaf(t)+" }")
		}
	}
	if depth < 6 && g.chance(30) {
		parts = append(parts, "... on Work "+g.selection("Work", depth+1))
	}
	return "{ " + strings.Join(parts, " ") + " }"
}

func (g *Generator) condition() string {
	if !g.chance(50) {
		return ""
	}
	word := []string{"include", "skip"}[g.Rand.IntN(2)]
	return " @" + word + "(if: " + g.variable("Boolean!", g.chance(50)) + ")"
}

func (g *Generator) variable(typ string, val any) string {
	name := fmt.Sprintf("v%d", len(g.declared))
	g.declared = append(g.declared, "$"+name+": "+typ)
	g.vars[name] = val
	return "$" + name
}

// field writes a field under an alias of its own, so that equal fields with
// different arguments do not clash.
func (g *Generator) field(f *ast.FieldDefinition, depth, index int) string {
	g.fields++
	out := fmt.Sprintf("a%d: %s", index, f.Name)
	var args []string
	for _, a := range f.Arguments {
		if text := g.argument(f.Name, a); text != "" {
			args = append(args, a.Name+": "+text)
		}
	}
	if len(args) > 0 {
		out += "(" + strings.Join(args, ", ") + ")"
	}
	if g.chance(20) {
		out += g.condition()
	}
	if g.isLeaf(f) {
		return out
	}
	if g.fields > maxFields {
		return out + " { __typename }"
	}
	return out + " " + g.selection(f.Type.Name(), depth+1)
}
