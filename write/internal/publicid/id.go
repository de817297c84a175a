// Package publicid is the ID of the GraphQL schema: a TypeID on the wire, a kind
// and a UUID inside.
package publicid

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/typeid"
)

// ID names one object of the library.
type ID struct { //nolint:recvcheck // decoding needs a pointer, and nothing else does
	Kind string // as core.subjects.kind spells it
	UUID uuid.UUID
}

// New makes the id of a new object. UUIDv7 has the time in front, so that ids
// sort by age.
func New(kind string) (ID, error) {
	u, err := uuid.NewV7()
	if err != nil {
		return ID{}, fmt.Errorf("a new id: %w", err)
	}
	return ID{kind, u}, nil
}

// Of is the id of an object that is there already.
func Of(kind string, u uuid.UUID) ID { return ID{kind, u} }

// Kinds of things that have an id and are no subjects: nobody can like them.
const (
	Session      = "SESSION"
	SigningKey   = "SIGNING_KEY"
	Bookmark     = "BOOKMARK"
	SearchPreset = "SEARCH_PRESET"
	Report       = "REPORT"
	Review       = "REVIEW"
)

var prefixes = map[string]string{
	Session: "sess", SigningKey: "skey", Bookmark: "bkmk", SearchPreset: "prst", Report: "rprt", Review: "revw",
}

// Parse reads the public form.
func Parse(s string) (ID, error) {
	for kind, prefix := range prefixes {
		if suffix, ok := strings.CutPrefix(s, prefix+"_"); ok {
			u, err := typeid.DecodeSuffix(suffix)
			return ID{kind, u}, err
		}
	}
	prefix, u, err := typeid.Decode(s)
	if err != nil {
		return ID{}, err
	}
	kind, _ := typeid.Kind(prefix)
	return ID{kind, u}, nil
}

// IsZero tells whether the id names nothing.
func (id ID) IsZero() bool { return id.UUID == uuid.Nil }

// String is the public form; empty for an id that names nothing.
func (id ID) String() string {
	prefix, known := typeid.Prefix(id.Kind)
	if !known {
		prefix, known = prefixes[id.Kind]
	}
	if !known {
		return ""
	}
	return typeid.Encode(prefix, id.UUID)
}

// MarshalGQL writes the public form.
func (id ID) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(id.String())) }

var errNoString = errors.New("an ID is a string, such as work_01h455vb4pex5vsknk084sn02q")

// UnmarshalGQL reads the public form.
func (id *ID) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return errNoString
	}
	parsed, err := Parse(s)
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// MarshalJSON writes the public form.
func (id ID) MarshalJSON() ([]byte, error) { return json.Marshal(id.String()) }

// UnmarshalJSON reads what MarshalJSON wrote, or a database function did. A query
// gives the id of what is no subject as its kind and UUID, "REPORT:0198...".
func (id *ID) UnmarshalJSON(data []byte) (err error) {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if kind, u, ok := strings.Cut(s, ":"); ok {
		id.Kind = kind
		id.UUID, err = uuid.Parse(u)
		return err
	}
	return id.UnmarshalGQL(s)
}
