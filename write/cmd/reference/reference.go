package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

// service is what the templates see.
type service struct{ schema *ast.Schema }

var functions = template.FuncMap{
	"signature": signature, "who": who, "limits": limits,
	"rate": rate, "size": size, "codes": codes, "trim": func(s string) string { return strings.TrimSuffix(s, ",") },
}

// operation is a row of the policy and its field in the schema.
type operation struct {
	policy.Operation
	Field *ast.FieldDefinition
}

// kind is the operations of one root, as the policy orders them.
type kind struct {
	Title      string
	Operations []operation
}

// Kinds are queries and mutations.
func (s service) Kinds() []kind {
	return []kind{{"Queries", s.of(s.schema.Query)}, {"Mutations", s.of(s.schema.Mutation)}}
}

func (s service) of(root *ast.Definition) (list []operation) {
	for _, o := range policy.All() {
		if f := root.Fields.ForName(o.Name); f != nil {
			list = append(list, operation{o, f})
		}
	}
	return list
}

// General are the limits of every request.
func (s service) General() []policy.Limit { return policy.General() }

// UsualBody is how long a request may be.
func (s service) UsualBody() int64 { return policy.Operation{}.MaxBody() }

// Codes are those of requests that fail.
func (s service) Codes() []apperr.Code { return apperr.Codes() }

// UserCodes are those of userErrors.
func (s service) UserCodes() []apperr.UserCode { return apperr.UserCodes() }

// signature is the field as the schema has it, without descriptions.
func signature(f *ast.FieldDefinition) string {
	parts := make([]string, len(f.Arguments))
	for i, a := range f.Arguments {
		parts[i] = a.Name + ": " + a.Type.String()
		if a.DefaultValue != nil {
			parts[i] += " = " + a.DefaultValue.String()
		}
	}
	text := f.Name
	if len(parts) > 0 {
		text += "(" + strings.Join(parts, ", ") + ")"
	}
	return text + ": " + f.Type.String()
}

func who(o operation) string {
	switch {
	case o.Role == identity.Anonymous:
		return "everybody"
	case o.Verified:
		return o.Role.String() + ", address confirmed"
	}
	return o.Role.String()
}

func limits(list []policy.Limit) string {
	parts := make([]string, len(list))
	for i, l := range list {
		parts[i] = rate(l)
	}
	return strings.Join(parts, "; ")
}

// rate is a limit in words.
func rate(l policy.Limit) string {
	text := fmt.Sprintf("%#q %s %s, by %s", l.Name, grouped(l.Count), span(l.Period), l.By)
	if l.Strict {
		text += ", strict"
	}
	return text
}

func span(d time.Duration) string {
	switch {
	case d == time.Minute:
		return "a minute"
	case d == time.Hour:
		return "an hour"
	case d == 24*time.Hour:
		return "a day"
	case d%time.Hour == 0:
		return "in " + strconv.Itoa(int(d/time.Hour)) + " hours"
	}
	return "in " + strconv.Itoa(int(d/time.Minute)) + " minutes"
}

// grouped is a number below a million as people write it.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func size(bytes int64) string {
	if bytes%(1<<20) == 0 {
		return strconv.FormatInt(bytes>>20, 10) + " MiB"
	}
	return strconv.FormatInt(bytes>>10, 10) + " KiB"
}

// codes are the codes of userErrors, each once.
func codes(of []apperr.UserCode) string {
	parts := make([]string, len(of))
	for i, c := range of {
		parts[i] = "`" + string(c) + "`"
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ", ")
}
