package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/go-playground/validator/v10"
)

// Environ returns the environment of the process.
func Environ() map[string]string { return env.ToMap(os.Environ()) }

// Load reads a T. The error is Faults where the environment is to blame.
func Load[T any](environ map[string]string) (T, error) {
	var cfg T
	target := reflect.ValueOf(&cfg).Elem()
	if target.Kind() != reflect.Struct {
		return cfg, fmt.Errorf("config: %T is not a struct", cfg)
	}
	l, err := newLoader(environ)
	if err != nil {
		return cfg, err
	}
	for _, v := range Variables(cfg) {
		l.load(v, target.FieldByIndex(v.index))
	}
	if checker, ok := any(&cfg).(interface{ Check() []Fault }); ok && len(l.faults) == 0 {
		l.faults = append(l.faults, checker.Check()...)
	}
	if len(l.faults) > 0 {
		return cfg, l.faults
	}
	return cfg, nil
}

type loader struct {
	environ  map[string]string
	validate *validator.Validate
	faults   Faults
}

func newLoader(environ map[string]string) (*loader, error) {
	l := &loader{environ: maps.Clone(environ), validate: validator.New()}
	maps.DeleteFunc(l.environ, func(_, value string) bool { return value == "" })
	for tag, schemes := range map[string][]string{
		"pgurl":    {"postgres", "postgresql"},
		"redisurl": {"redis", "rediss", "unix"},
	} {
		if err := l.validate.RegisterValidation(tag, hasScheme(schemes)); err != nil {
			return nil, fmt.Errorf("config: %w", err)
		}
	}
	return l, nil
}

func hasScheme(schemes []string) validator.Func {
	return func(f validator.FieldLevel) bool {
		u, err := url.Parse(f.Field().String())
		return err == nil && slices.Contains(schemes, u.Scheme) && (u.Host != "" || u.Path != "")
	}
}

// load parses one variable by itself, so that a fault is surely its own.
func (l *loader) load(v Variable, into reflect.Value) {
	value, err := l.value(v)
	if err != nil {
		l.faults = append(l.faults, Fault{Variable: v.Name + "_FILE", Problem: err.Error()})
		return
	}
	parsed, err := parse(v, value)
	if err != nil {
		l.faults = append(l.faults, v.fault(value, v.unreadable(err)))
		return
	}
	into.Set(parsed)
	if v.Rules == "" {
		return
	}
	var broke validator.ValidationErrors
	switch err := l.validate.Var(parsed.Interface(), v.Rules); {
	case errors.As(err, &broke):
		l.faults = append(l.faults, v.fault(value, broken(broke[0])))
	case err != nil:
		l.faults = append(l.faults, v.fault(value, err.Error()))
	}
}

// value finds the text of a variable: itself, or the file it names.
func (l *loader) value(v Variable) (string, error) {
	if value, ok := l.environ[v.Name]; ok {
		return value, nil
	}
	name, ok := l.environ[v.Name+"_FILE"]
	if !ok {
		return "", nil
	}
	content, err := os.ReadFile(name) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("names a file that cannot be read: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}

// parse reads the text into a new value of the field's type, or the default.
func parse(v Variable, value string) (reflect.Value, error) {
	field := v.field
	field.Tag = reflect.StructTag(fmt.Sprintf(`env:%q envDefault:%q envSeparator:%q`,
		v.Name, v.Default, separator(v.field)))
	holder := reflect.New(reflect.StructOf([]reflect.StructField{{Name: field.Name, Type: field.Type, Tag: field.Tag}}))
	environ := map[string]string{}
	if value != "" {
		environ[v.Name] = value
	}
	err := env.ParseWithOptions(holder.Interface(), env.Options{Environment: environ})
	return holder.Elem().Field(0), err
}

func separator(f reflect.StructField) string {
	if sep := f.Tag.Get("envSeparator"); sep != "" {
		return sep
	}
	return ","
}
