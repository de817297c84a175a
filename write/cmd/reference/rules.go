package main

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// words are the rules that a type does not say, as people say them.
var words = map[string]string{
	"line": "on one line", "prose": "with line breaks or without", "https": "an address of https",
	"edtf": "a date of EDTF level 1", "segment": "small letters, digits and hyphens",
}

// rules tell what the field of an input is held to, from the tag by which it is checked.
func rules(f *ast.FieldDefinition) string {
	tag := f.Directives.ForName("goTag")
	if tag == nil || tag.Arguments.ForName("key").Value.Raw != "validate" {
		return ""
	}
	whole, each, _ := strings.Cut(tag.Arguments.ForName("value").Value.Raw, ",dive")
	of := f.Type
	told := checked(whole, of)
	if of.Elem != nil && each != "" {
		if one := checked(each, of.Elem); one != "" {
			told = strings.TrimPrefix(told+"; each: "+one, "; ")
		}
	}
	if told == "" {
		return ""
	}
	return "Held to: " + told + "."
}

// checked are the rules of one value.
func checked(tag string, of *ast.Type) string {
	var parts []string
	low, high := "", ""
	for _, rule := range strings.Split(tag, ",") {
		name, value, _ := strings.Cut(rule, "=")
		switch name {
		case "min":
			low = value
		case "max":
			high = value
		case "kind":
			parts = append(parts, "an id of the kind `"+strings.ReplaceAll(value, " ", "`, `")+"`")
		case "unique":
			parts = append(parts, strings.TrimSuffix("each "+strings.ToLower(value), " ")+" once")
		default:
			if said, ok := words[name]; ok {
				parts = append(parts, said)
			}
		}
	}
	if bounds := between(low, high); bounds != "" {
		parts = append([]string{bounds + unit(of)}, parts...)
	}
	return strings.Join(parts, ", ")
}

func between(low, high string) string {
	switch {
	case low != "" && high != "":
		return low + " to " + high
	case low != "":
		return "at least " + low
	case high != "":
		return "at most " + high
	}
	return ""
}

// unit is what the bounds of a type count.
func unit(of *ast.Type) string {
	switch {
	case of.Elem != nil:
		return " items"
	case of.Name() == "Int" || of.Name() == "Float":
		return ""
	}
	return " characters"
}
