package documents

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tercul/tercul/shared/apperr"
)

// Faults say what is wrong with a document and where, as editors and compilers
// do: file:line:column.
func (c Checked) Faults() []string {
	at := c.Entry.Origin
	if name := c.Name(); name != at && !strings.HasSuffix(at, name+".graphql") {
		at += ": " + name
	}
	var list apperr.List
	var one *apperr.Error
	switch {
	case errors.As(c.Err, &list):
	case errors.As(c.Err, &one):
		list = apperr.List{one}
	default:
		return []string{at + ": " + c.Err.Error()}
	}
	var faults []string
	for _, e := range list {
		faults = append(faults, at+place(e)+": "+e.Message)
	}
	return faults
}

func place(e *apperr.Error) string {
	if len(e.Locations) == 0 {
		return ""
	}
	return fmt.Sprintf(":%d:%d", e.Locations[0].Line, e.Locations[0].Column)
}
