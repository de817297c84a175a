package document

import (
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/shared/input"
)

// seen collects, during validation, how each operation uses its variables.
type seen struct {
	uses map[string]map[string]input.Use
}

// rules are those of the specification and four of our own.
func (c *Checker) rules(s *seen, opts Options) *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule("VariableUses", s.observe)
	all.AddRule("ScalarLiterals", c.scalarLiterals)
	all.AddRule("NoFragmentVariables", noFragmentVariables)
	if !opts.Introspection {
		all.AddRule("NoIntrospection", noIntrospection)
	}
	return all
}

func (s *seen) observe(observers *core.Events, _ core.AddErrFunc) {
	observers.OnValue(func(walker *core.Walker, value *ast.Value) {
		if value.Kind != ast.Variable || walker.CurrentOperation == nil || value.ExpectedType == nil {
			return
		}
		of := s.uses[walker.CurrentOperation.Name]
		if of == nil {
			of = map[string]input.Use{}
			s.uses[walker.CurrentOperation.Name] = of
		}
		use := of[value.Raw]
		use.NonNull = use.NonNull || value.ExpectedType.NonNull
		use.Default = use.Default || value.ExpectedTypeHasDefault
		of[value.Raw] = use
	})
}

// scalarLiterals reads every scalar written in the document, as it would be read
// from the variables: the validator knows neither the range of Int nor the
// schema's own scalars.
func (c *Checker) scalarLiterals(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		def := value.Definition
		if def == nil || def.Kind != ast.Scalar || !readable(def.Name, value.Kind) {
			return
		}
		if strings.ContainsRune(value.Raw, utf8.RuneError) { // what the parser makes of half a surrogate pair
			addError(core.Message("A string has half a surrogate pair, or U+FFFD."), core.At(value.Position))
			return
		}
		if err := c.types.Leaf(def.Name, value); err != nil {
			addError(core.Message("Expected %s, found %s.", err.Error(), shorten(value.String())), core.At(value.Position))
		}
	})
}

// readable leaves out the pairs that the validator itself refuses.
func readable(scalar string, kind ast.ValueKind) bool {
	switch kind {
	case ast.Variable, ast.NullValue, ast.ListValue, ast.ObjectValue:
		return false
	}
	isText := kind == ast.StringValue || kind == ast.BlockValue
	switch scalar {
	case "Int":
		return kind == ast.IntValue
	case "Float":
		return kind == ast.IntValue || kind == ast.FloatValue
	case "Boolean":
		return kind == ast.BooleanValue
	case "String":
		return isText
	case "ID":
		return isText || kind == ast.IntValue
	}
	return true
}

func noIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if introspective(field) {
			addError(core.Message("Introspection is not allowed in this document."), core.At(field.Position))
		}
	})
}

// introspective reports whether a field asks about the schema. No schema may
// declare a name that begins with two underscores, so the name decides.
func introspective(f *ast.Field) bool {
	return strings.HasPrefix(f.Name, "__") && f.Name != "__typename"
}

// noFragmentVariables refuses a syntax that the parser knows and the
// specification does not.
func noFragmentVariables(observers *core.Events, addError core.AddErrFunc) {
	observers.OnFragment(func(_ *core.Walker, f *ast.FragmentDefinition) {
		if len(f.VariableDefinition) > 0 {
			addError(core.Message("Fragments cannot define variables."), core.At(f.Position))
		}
	})
}
