package command

import (
	"fmt"
	"strings"

	"github.com/tercul/tercul/shared/apperr"
)

// Faults is what a caller can mend. As an error it rolls a command back.
type Faults []apperr.UserError

// Error lists the faults, for logs.
func (f Faults) Error() string {
	parts := make([]string, len(f))
	for i, e := range f {
		parts[i] = fmt.Sprintf("%s %s", e.Code, strings.Join(e.Field, "."))
	}
	return strings.Join(parts, "; ")
}

// Has tells whether one of the faults has the code.
func (f Faults) Has(code apperr.UserCode) bool {
	for _, e := range f {
		if e.Code == code {
			return true
		}
	}
	return false
}

// Fault makes a fault. The field is a path, "titles.0.language"; params come in pairs.
func Fault(code apperr.UserCode, field, message string, params ...string) apperr.UserError {
	e := apperr.UserError{Code: code, Message: message}
	if field != "" {
		e.Field = strings.Split(field, ".")
	}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = map[string]string{}
		}
		e.Params[params[i]] = params[i+1]
	}
	return e
}
