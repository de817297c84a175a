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
	v.RegisterStructValidation(notEmpty, model.AuthorPatch{}, model.BookmarkPatch{}, model.CategoryPatch{}, model.CollectionPatch{}, model.ProfilePatch{},
		model.SearchPresetPatch{}, model.TagPatch{}, model.TranslationPatch{}, model.WorkPatch{})
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
	return strings.TrimSuffix(indices.ReplaceAllString(inside, ".$1"), ".")
}

// describe makes a fault of a broken rule.
func describe(e validator.FieldError) apperr.UserError {
	field := path(e.Namespace())
	switch tag := e.Tag(); {
	case tag == "required" || tag == "min" && e.Param() == "1" && e.Kind() == reflect.String:
		return Fault(apperr.UserBlank, field, "It must not be empty.")
	case tag == someField:
		return Fault(apperr.UserBlank, field, "Say what to change.")
	case blank(e):
		return Fault(apperr.UserBlank, field, "It must not be blank.")
	case tag == "min" || tag == "max":
		return outOfBounds(e, field)
	case tag == "unique":
		return Fault(apperr.UserDuplicate, field, "Each may be given once.")
	case wanted[tag] != "":
		return Fault(apperr.UserInvalid, field, wanted[tag])
	}
	return Fault(apperr.UserInvalid, field, "It is not of the form that the field asks for.")
}

// blank tells a text of nothing but white space.
func blank(e validator.FieldError) bool {
	s, isText := e.Value().(string)
	return isText && (e.Tag() == "line" || e.Tag() == "prose") && onlySpace(s)
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
