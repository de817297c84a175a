package input

import (
	"errors"
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

func (f *faults) add(code apperr.Code, problem string) {
	if len(f.list) >= f.max {
		return
	}
	path := string(f.path)
	f.list = append(f.list, apperr.New(code, path+": "+problem).WithField(path))
}

// expected reports a value of the wrong kind, quoting a little of it.
func (f *faults) expected(what string, raw []byte) {
	f.add(apperr.BadRequest, "expected "+what+", found "+excerpt(raw))
}

const excerptLength = 40

func excerpt(raw []byte) string {
	if len(raw) <= excerptLength {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:excerptLength]), "") + "…"
}

// readFault turns a reading error into a coded one that names the place.
func readFault(root string, err error) error {
	switch {
	case errors.Is(err, errDepth), errors.Is(err, errValues):
		return apperr.Newf(apperr.InputLimit, "%s: %s.", root, err).WithField(root)
	}
	var syntax *jsontext.SyntacticError
	if !errors.As(err, &syntax) {
		return apperr.Newf(apperr.BadRequest, "%s is not a JSON object: %s.", root, err).WithField(root)
	}
	path := fieldPath(root, syntax.JSONPointer)
	if errors.Is(syntax.Err, jsontext.ErrDuplicateName) {
		return apperr.Newf(apperr.BadRequest, "%s is given twice.", path).WithField(path)
	}
	return apperr.Newf(apperr.BadRequest, "%s is not valid JSON at byte %d: %s.", root, syntax.ByteOffset, syntax.Err).
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
