package config

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"

	"github.com/tercul/tercul/shared/redact"
)

// Fault is one thing wrong with one setting.
type Fault struct {
	Variable string
	Value    string // as it may be shown; empty where it was not set
	Problem  string // "must be host:port"
	Remedy   string // "Set it to something like 127.0.0.1:8080."
}

// Faults is everything wrong with a configuration.
type Faults []Fault

// Error lists the faults, a line each.
func (f Faults) Error() string {
	var b strings.Builder
	if len(f) == 1 {
		b.WriteString("the configuration has a fault:")
	} else {
		fmt.Fprintf(&b, "the configuration has %d faults:", len(f))
	}
	for _, fault := range f {
		b.WriteString("\n  " + fault.String())
	}
	return b.String()
}

// String is the fault in one line.
func (f Fault) String() string {
	s := f.Variable
	if f.Value != "" {
		s += "=" + f.Value
	}
	s += " " + f.Problem + "."
	if f.Remedy != "" {
		s += " " + f.Remedy
	}
	return s
}

// shown is a value as a message may carry it.
func shown(v Variable, value string) string {
	const longest = 100
	switch {
	case value == "":
		return ""
	case v.Secret && redact.Text(value) == value:
		return "(hidden)" // a secret that is no URL is hidden whole
	}
	value = redact.Text(value)
	if utf8.RuneCountInString(value) > longest {
		value = string([]rune(value)[:longest]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

func (v Variable) fault(value, problem string) Fault {
	return Fault{Variable: v.Name, Value: shown(v, value), Problem: problem, Remedy: v.remedy()}
}

func (v Variable) remedy() string {
	if remedy := v.field.Tag.Get("remedy"); remedy != "" {
		return remedy
	}
	like := v.example()
	if like == "" {
		like = v.Default
	}
	if like == "" {
		return ""
	}
	return "Set it to something like " + like + "."
}

// unreadable words why a value does not fit its Go type.
func (v Variable) unreadable(err error) string {
	switch v.Type.Kind() {
	case reflect.Bool:
		return "must be true or false"
	case reflect.Int, reflect.Int32, reflect.Uint, reflect.Uint32, reflect.Uint16:
		return "must be a whole number"
	case reflect.Float64:
		return "must be a number"
	case reflect.Int64:
		if v.Type == reflect.TypeFor[time.Duration]() {
			return "must be a duration, a number with a unit: ms, s, m or h"
		}
		return "must be a whole number"
	}
	return "cannot be read: " + redact.Text(err.Error())
}

// broken words a validator's complaint.
func broken(e validator.FieldError) string {
	switch e.Tag() {
	case "required":
		return "is not set"
	case "oneof":
		return "must be one of: " + strings.ReplaceAll(e.Param(), " ", ", ")
	case "hostname_port":
		return "must be host:port"
	case "pgurl":
		return "must be a URL that begins with postgres://"
	case "redisurl":
		return "must be a URL that begins with redis://, rediss:// or unix://"
	case "url", "http_url":
		return "must be a URL"
	case "min", "gte":
		return "must be at least " + e.Param()
	case "max", "lte":
		return "must be at most " + e.Param()
	case "gt":
		return "must be more than " + e.Param()
	case "dir":
		return "must be a folder that exists"
	case "file":
		return "must be a file that exists"
	}
	return strings.TrimSpace("must be " + e.Tag() + " " + e.Param())
}
