package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
)

// Variable is one setting, as its struct field declares it.
type Variable struct {
	Name        string
	Default     string
	Description string
	Example     string
	Rules       string
	Required    bool
	Secret      bool
	Type        reflect.Type

	index []int
	field reflect.StructField
}

// Variables lists the settings of a config struct in the order of its fields.
func Variables(of any) []Variable {
	t := reflect.TypeOf(of)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return walk(t, "", nil)
}

func walk(t reflect.Type, prefix string, index []int) []Variable {
	var out []Variable
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int(nil), index...), i)
		name := f.Tag.Get("env")
		switch {
		case !f.IsExported():
		case name != "":
			out = append(out, variable(f, prefix+name, at))
		case f.Type.Kind() == reflect.Struct:
			out = append(out, walk(f.Type, prefix+f.Tag.Get("envPrefix"), at)...)
		}
	}
	return out
}

func variable(f reflect.StructField, name string, index []int) Variable {
	rules := f.Tag.Get("validate")
	return Variable{
		Name: name, Default: f.Tag.Get("envDefault"), Description: f.Tag.Get("desc"), Example: f.Tag.Get("example"),
		Rules: rules, Required: strings.HasPrefix(rules, "required"), Secret: f.Tag.Get("secret") == "true",
		Type: f.Type, index: index, field: f,
	}
}

// Table returns the settings as a Markdown table.
func Table(of any) string {
	var b strings.Builder
	b.WriteString("| variable | default | meaning |\n|---|---|---|\n")
	for _, v := range Variables(of) {
		fallback := "none"
		switch {
		case v.Required:
			fallback = "required"
		case v.Default != "":
			fallback = "`" + v.Default + "`"
		}
		meaning := v.Description
		if example := v.example(); example != "" {
			meaning += " For example `" + example + "`."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.Name, fallback, strings.ReplaceAll(meaning, "|", `\|`))
	}
	return b.String()
}

// example is shown where a default does not show the form already.
func (v Variable) example() string {
	if v.Example != "" || v.Default != "" {
		return v.Example
	}
	switch {
	case v.Type == reflect.TypeFor[time.Duration]():
		return "5s"
	case v.Type.Kind() == reflect.Bool:
		return "true"
	}
	return ""
}
