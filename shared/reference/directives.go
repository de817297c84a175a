package reference

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// defaultOf is what an argument, or a field of an input, is where it is left out. A
// template gives either.
func defaultOf(of any) string {
	var value *ast.Value
	switch of := of.(type) {
	case *ast.ArgumentDefinition:
		value = of.DefaultValue
	case *ast.FieldDefinition:
		value = of.DefaultValue
	}
	if value == nil {
		return ""
	}
	return "`" + value.String() + "`"
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

// specification is where a scalar is defined elsewhere.
func specification(def *ast.Definition) string {
	if d := def.Directives.ForName("specifiedBy"); d != nil {
		return value(d, "url")
	}
	return ""
}
