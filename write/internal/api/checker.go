package api

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/input"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// manyValues are a text of 200,000 lines, each with all that a line can have.
const manyValues = 1_500_000

// NewChecker prepares the service's schema for documents and for the variables sent
// with them. How long a body may be was decided before, by its operation.
func NewChecker() (*document.Checker, error) {
	text, err := write.Schema()
	if err != nil {
		return nil, err
	}
	schema, err := document.Schema("schema", text)
	if err != nil {
		return nil, err
	}
	longest := int(policy.LargestBody())
	limits := document.Limits{Variables: input.Limits{Bytes: longest, String: longest, Values: manyValues}}
	return document.NewChecker(schema, limits, scalars()...)
}

// scalars are read here as package scalar and the executor read them after this, so
// that what is wrong with them is told with the rest. A country is text here: what it
// may be depends on the field, and commands say it.
func scalars() []input.Option {
	return []input.Option{
		input.WithScalar("Int", whole),
		input.WithScalar("String", input.Text(sound)),
		input.WithScalar("ID", input.Text(given)),
		input.WithScalar("CountryCode", input.Text(sound)),
		input.WithFreeObject("JSONObject"),
	}
}

var (
	errWhole = errors.New("a whole number from -2147483648 to 2147483647, without a fraction or an exponent")
	errSound = errors.New("a string in valid Unicode, without U+FFFD")
	errGiven = errors.New("an id that this service gave, such as work_01h455vb4pex5vsknk084sn02q")
)

func whole(dst, raw []byte) ([]byte, error) {
	n, err := strconv.ParseInt(string(raw), 10, 32)
	if err != nil {
		return dst, errWhole
	}
	return strconv.AppendInt(dst, n, 10), nil
}

func sound(s string) (string, error) {
	if strings.ContainsRune(s, utf8.RuneError) {
		return "", errSound
	}
	return s, nil
}

func given(s string) (string, error) {
	if _, err := publicid.Parse(s); err != nil {
		return "", errGiven
	}
	return s, nil
}
