package document

import (
	"errors"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/tercul/tercul/shared/apperr"
)

// reported bounds how many faults of one document are answered.
const reported = 20

func parseError(err error) error {
	var g *gqlerror.Error
	if !errors.As(err, &g) {
		return apperr.Wrap(err, apperr.ParseFailed, "The document cannot be parsed.")
	}
	code := apperr.ParseFailed
	if strings.HasPrefix(g.Message, "exceeded ") { // tokens, or nesting
		code = apperr.InputLimit
	}
	return withLocations(apperr.New(code, "Syntax error: "+g.Message+".").Wrap(err), g)
}

func validationErrors(errs gqlerror.List) error {
	var list apperr.List
	for _, g := range errs[:min(len(errs), reported)] {
		list = append(list, withLocations(apperr.New(apperr.ValidationFailed, g.Message), g))
	}
	return list.Err()
}

func withLocations(e *apperr.Error, g *gqlerror.Error) *apperr.Error {
	for _, at := range g.Locations {
		if at.Line > 0 {
			e = e.WithLocation(at.Line, at.Column)
		}
	}
	return e
}
