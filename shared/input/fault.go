package input

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tercul/tercul/shared/apperr"
)

// faults collects what is wrong, and where the walk stands.
type faults struct {
	path []byte
	list apperr.List
	max  int
}

func (f *faults) start(root string, most int) {
	f.path, f.list, f.max = append(f.path[:0], root...), nil, most
}

func (f *faults) reset() { f.list = nil }

// enter goes down to a member and returns where to leave to.
func (f *faults) enter(name string) int {
	mark := len(f.path)
	f.path = append(append(f.path, '.'), name...)
	return mark
}

func (f *faults) enterIndex(i int) int {
	mark := len(f.path)
	f.path = append(strconv.AppendInt(append(f.path, '['), int64(i), 10), ']')
	return mark
}

func (f *faults) leave(mark int) { f.path = f.path[:mark] }

// add notes what is wrong here, in words for apperr.OfField.
func (f *faults) add(problem string) {
	if len(f.list) < f.max {
		f.list = append(f.list, apperr.OfField(apperr.BadRequest, string(f.path), problem))
	}
}

// expected reports a value of the wrong kind, quoting a little of it.
func (f *faults) expected(what string, raw []byte) {
	f.add("must be " + what + ", not " + excerpt(raw))
}

const excerptLength = 40

func excerpt(raw []byte) string {
	if len(raw) <= excerptLength {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:excerptLength]), "") + "…"
}

// readFault turns a reading error into a coded one that names the place.
func readFault(root string, err error, limits Limits) error {
	switch {
	case errors.Is(err, errDepth):
		return apperr.OfField(apperr.InputLimit, root, fmt.Sprintf("must nest %d levels at most", limits.Depth))
	case errors.Is(err, errValues):
		return apperr.OfField(apperr.InputLimit, root, fmt.Sprintf("must have %d values at most", limits.Values))
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return apperr.OfField(apperr.BadRequest, root, "must be a JSON object, "+err.Error())
	}
	path := fieldPath(root, syntax.JSONPointer)
	if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
		return apperr.OfField(apperr.BadRequest, path, "must be given once, not twice")
	}
	return apperr.Newf(apperr.BadRequest, "%s must be valid JSON; at byte %d it is not: %s.", path, syntax.ByteOffset, syntax.Err).
		WithField(path)
}

// fieldPath turns the JSON pointer /filter/and/0/year into
// variables.filter.and[0].year.
func fieldPath(root string, pointer jsontext.Pointer) string {
	path := root
	for token := range pointer.Tokens() {
		if _, err := strconv.ParseUint(token, 10, 31); err == nil {
			path += "[" + token + "]"
			continue
		}
		path += "." + excerpt([]byte(token))
	}
	return path
}
