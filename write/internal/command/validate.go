package command

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-playground/validator/v10"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Validator checks inputs by the `validate` tags that the schema gives their
// fields. Besides the library's own rules there are these:
//
//	line     text of one line, without control and bidi-override characters
//	prose    the same, line breaks and tabs allowed
//	kind=K   the id names a K (a WORK, an EXPRESSION)
//	edtf     a date of EDTF level 1, slug, segment (of a path), username, https (a URL),
//	         address (of mail), tag (of caches), document (its id)
type Validator struct{ v *validator.Validate }

// NewValidator registers the rules.
func NewValidator() (*Validator, error) {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	for tag, rule := range rules {
		if err := v.RegisterValidation(tag, rule); err != nil {
			return nil, fmt.Errorf("the rule %s: %w", tag, err)
		}
	}
	v.RegisterCustomTypeFunc(given,
		graphql.Omittable[*string]{}, graphql.Omittable[*int]{}, graphql.Omittable[*bool]{}, graphql.Omittable[*publicid.ID]{},
		graphql.Omittable[[]string]{}, graphql.Omittable[[]publicid.ID]{}, graphql.Omittable[[]model.TranslationContributorInput]{})
	v.RegisterCustomTypeFunc(kindOf, publicid.ID{})
	return &Validator{v}, nil
}

func kindOf(field reflect.Value) any {
	id, _ := field.Interface().(publicid.ID)
	return id.Kind
}

// given is the value inside a field that may not have been given; a nil pointer
// then, which omitempty and omitnil pass over.
func given(field reflect.Value) any {
	value := field.MethodByName("ValueOK").Call(nil)[0]
	if value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	return value.Interface()
}

// Struct checks an input and gives every fault in it.
func (v *Validator) Struct(in any) Faults {
	var broken validator.ValidationErrors
	if !errors.As(v.v.Struct(in), &broken) {
		return nil
	}
	faults := make(Faults, len(broken))
	for i, e := range broken {
		faults[i] = describe(e)
	}
	return faults
}

var indices = regexp.MustCompile(`\[(\w+)\]`)

// path is the place in the input: "CreateWorkInput.titles[0].title" is titles.0.title.
func path(namespace string) string {
	_, inside, _ := strings.Cut(namespace, ".")
	return indices.ReplaceAllString(inside, ".$1")
}

// describe makes a fault of a broken rule.
func describe(e validator.FieldError) apperr.UserError {
	field := path(e.Namespace())
	switch tag := e.Tag(); {
	case tag == "required" || tag == "min" && e.Param() == "1" && e.Kind() == reflect.String:
		return Fault(apperr.UserBlank, field, "It must not be empty.")
	case tag == "min" || tag == "max":
		return outOfBounds(e, field)
	case tag == "unique":
		return Fault(apperr.UserDuplicate, field, "Each may be given once.")
	case wanted[tag] != "":
		return Fault(apperr.UserInvalid, field, wanted[tag])
	}
	return Fault(apperr.UserInvalid, field, "It has not the form that it must have.", "rule", e.Tag())
}

// outOfBounds is about the number of items or characters, or a number itself.
func outOfBounds(e validator.FieldError, field string) apperr.UserError {
	limit, least := e.Param(), e.Tag() == "min"
	switch kind := e.Kind(); {
	case kind == reflect.Slice && least:
		return Fault(apperr.UserTooShort, field, "There must be at least "+limit+".", "min", limit)
	case kind == reflect.Slice:
		return Fault(apperr.UserTooMany, field, "There may be at most "+limit+".", "max", limit)
	case kind == reflect.String && least:
		return Fault(apperr.UserTooShort, field, "It must have at least "+limit+" characters.", "min", limit)
	case kind == reflect.String:
		return Fault(apperr.UserTooLong, field, "It may have at most "+limit+" characters.", "max", limit)
	case least:
		return Fault(apperr.UserInvalid, field, "It must be at least "+limit+".", "min", limit)
	}
	return Fault(apperr.UserInvalid, field, "It must be at most "+limit+".", "max", limit)
}

// wanted says what a rule asks for.
var wanted = map[string]string{
	"line":     "It must be one line, without control characters and without characters that turn the direction of text.",
	"prose":    "It must have no control characters but line breaks and tabs, and none that turn the direction of text.",
	"kind":     "It must be the id of another kind of thing.",
	"edtf":     "It must be a date of EDTF level 1 that the calendar has, such as 1304, 1304/1321 (the earlier one first), 13XX or -0700~.",
	"slug":     "It must consist of small letters and digits, with hyphens between them.",
	"segment":  "It must consist of small letters and digits, with hyphens between them.",
	"username": "It must consist of 3 to 30 letters, digits and underscores.",
	"https":    "It must be an address that begins with https://.",
	"address":  "It must be an address such as name@example.org, in ASCII.",
	"base64":   "It must be written in base64.",
	"tag":      "It must be a tag of caches, such as work_01h455vb4pex5vsknk084sn02q, list:work or *.",
	"document": "It must be the id of a document: sha256: and 64 hexadecimal digits.",
}
