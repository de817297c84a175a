package difftest

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// argument gives the text of an argument, or "" to leave it out.
func (g *Generator) argument(field string, a *ast.ArgumentDefinition) string {
	required := a.Type.NonNull && a.DefaultValue == nil
	if !required && a.Name != "id" && a.Name != "slug" && g.chance(50) {
		return ""
	}
	var val any
	switch a.Name {
	case "after", "from", "to", "workSlug", "parent":
		return ""
	case "first":
		val = 1 + g.Rand.IntN(4)
	case "depth":
		val = 1 + g.Rand.IntN(4)
	case "filter":
		return g.filter(a.Type.Name())
	case "id":
		if field == "work" || field == "author" || field == "tag" {
			return "" // by slug
		}
		val = g.pick(map[string]string{"translation": "expression"}[field], "public_id")
	case "slug":
		if field == "translation" {
			return ""
		}
		val = g.pick(map[string]string{"work": "work", "author": "person", "tag": "tag"}[field], "slug")
	case "ids", "subjectIds":
		val = g.several("subject", "public_id")
	case "subjectId":
		val = g.pick("subject", "public_id")
	case "expressionId":
		val = g.pick(map[string]string{"text": "expression", "analysis": "text_analysis"}[field], "public_id")
	case "revision":
		if field != "analysis" {
			return ""
		}
		val = 1 // which every text that is analysed has
	case "path":
		val = g.pick("category", "path")
	case "username":
		val = g.pick("users_public", "username")
	case "language", "languages":
		val = g.pick("language", "tag")
	case "jurisdiction":
		val = []string{"IT", "US", "GB"}[g.Rand.IntN(3)]
	default:
		return g.byType(a.Type)
	}
	if a.Type.Elem != nil {
		if _, ok := val.([]any); !ok {
			val = []any{val}
		}
	}
	if g.chance(40) {
		return g.variable(a.Type.String(), val)
	}
	return literal(val)
}

func (g *Generator) byType(t *ast.Type) string {
	def := g.Schema.Types[t.Name()]
	if def.Kind == ast.Enum {
		return def.EnumValues[g.Rand.IntN(len(def.EnumValues))].Name
	}
	if t.Name() == "Boolean" {
		return fmt.Sprint(g.chance(50))
	}
	return ""
}

func literal(v any) string {
	if items, ok := v.([]any); ok {
		texts := make([]string, 0, len(items))
		for _, item := range items {
			texts = append(texts, literal(item))
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	if s, ok := v.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(v)
}

func (g *Generator) pick(relation, column string) any {
	if relation == "" {
		relation = "subject"
	}
	rows := g.Lib.tables[relation]
	val := rows[g.Rand.IntN(len(rows))][column]
	if column != "public_id" || !g.chance(30) {
		return val
	}
	merged := g.Lib.All("redirect", func(d Row) bool { return same(d["new_public_id"], val) })
	if len(merged) == 0 {
		return val
	}
	return merged[g.Rand.IntN(len(merged))]["old_public_id"]
}

func (g *Generator) several(relation, column string) []any {
	seen := map[any]bool{}
	var out []any
	for range 1 + g.Rand.IntN(4) {
		if v := g.pick(relation, column); !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// beginning is how some name in a JSON column of a relation begins.
func (g *Generator) beginning(relation, names, column string) any {
	rows := g.Lib.tables[relation]
	all := list(rows[g.Rand.IntN(len(rows))][names])
	if len(all) == 0 || g.chance(20) {
		return string(rune('a' + g.Rand.IntN(26)))
	}
	if g.chance(5) {
		return "\u0640" // folds to nothing
	}
	name := []rune(all[g.Rand.IntN(len(all))].(map[string]any)[column].(string))
	begins := string(name[:min(len(name), 1+g.Rand.IntN(4))])
	if g.chance(30) {
		return strings.ToUpper(begins)
	}
	return begins
}

// filter writes a filter as a variable, since that is how sites do.
func (g *Generator) filter(typ string) string {
	leaves := map[string]map[string]func() any{
		"WorkFilter": {
			"originalLanguage": func() any { return g.several("language", "tag") }, "translatedInto": func() any { return g.several("language", "tag") },
			"literatureType": func() any { return []any{"POETRY", "DRAMA"} }, "author": func() any { return g.several("person", "public_id") },
			"tag": func() any { return g.several("tag", "slug") }, "category": func() any { return g.several("category", "path") },
			"year":            func() any { return map[string]any{"from": g.Rand.IntN(1900), "to": 1950} },
			"minTranslations": func() any { return g.Rand.IntN(4) }, "titlePrefix": func() any { return g.beginning("work", "titles", "title") },
			"series": func() any { return g.pick("series", "slug") },
			"rights": func() any { return []any{"OPEN"} }, "ids": func() any { return g.several("work", "public_id") },
		},
		"TranslationFilter": {
			"language": func() any { return g.several("language", "tag") }, "work": func() any { return g.several("work", "public_id") },
			"translator": func() any { return g.several("person", "public_id") }, "aligned": func() any { return g.chance(50) },
			"relay": func() any { return g.chance(50) }, "form": func() any { return []any{"VERSE"} },
			"completeness": func() any { return []any{"SYNOPSIS", "EXCERPT"} }, "minQuality": func() any { return g.Rand.IntN(4) },
			"year":   func() any { return map[string]any{"from": 1800} },
			"author": func() any { return g.several("person", "public_id") }, "ids": func() any { return g.several("expression", "public_id") },
			"rights": func() any { return []any{"OPEN", "UNKNOWN"} }, "origin": func() any { return []any{"HUMAN"} },
			"literatureType": func() any { return []any{"POETRY"} }, "sourceLanguage": func() any { return g.several("language", "tag") },
			"license": func() any { return g.several("license", "id") },
		},
		"AuthorFilter": {
			"country": func() any { return []any{"IT", "FR", "DE"} }, "language": func() any { return g.several("language", "tag") },
			"lived": func() any { return map[string]any{"to": g.Rand.IntN(1900)} }, "minWorks": func() any { return g.Rand.IntN(3) },
			"namePrefix": func() any { return g.beginning("person", "names", "name") }, "ids": func() any { return g.several("person", "public_id") },
			"minTranslations": func() any { return g.Rand.IntN(3) }, "kind": func() any { return []any{"INDIVIDUAL"} },
		},
		"TagFilter": {
			"kind": func() any { return []any{"THEME", "FREEFORM"} }, "prefix": func() any { return string(rune('a' + g.Rand.IntN(26))) },
		},
		"CollectionFilter": {
			"owner": func() any { return g.pick("users_public", "username") }, "containing": func() any { return g.pick("subject", "public_id") },
			"titlePrefix": func() any { return string(rune('A' + g.Rand.IntN(26))) },
		},
	}[typ]
	if leaves == nil {
		return ""
	}
	names := make([]string, 0, len(leaves))
	for _, f := range g.Schema.Types[typ].Fields {
		if leaves[f.Name] != nil {
			names = append(names, f.Name)
		}
	}
	var tree func(depth int) map[string]any
	tree = func(depth int) map[string]any {
		out := map[string]any{}
		for range 1 + g.Rand.IntN(2) {
			op := g.Rand.IntN(10)
			if g.Schema.Types[typ].Fields.ForName("not") == nil {
				op = 9 // this filter has conditions alone
			}
			switch {
			case op == 0 && depth < 3:
				out["not"] = tree(depth + 1)
			case op == 1 && depth < 3:
				out["or"] = []any{tree(depth + 1), tree(depth + 1)}
			case op == 2 && depth < 3:
				out["and"] = []any{tree(depth + 1), tree(depth + 1)}
			default:
				name := names[g.Rand.IntN(len(names))]
				out[name] = leaves[name]()
			}
		}
		return out
	}
	return g.variable(typ, tree(1))
}
