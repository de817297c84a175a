package invalidate

import (
	"fmt"

	"github.com/cespare/xxhash/v2"
)

// Everything is the tag that every answer carries without naming it.
const Everything = "*"

// MaxTag is the longest tag, in bytes.
const MaxTag = 80

// Slots is the size of the array in which readers note when a tag was touched.
const Slots = 1 << 16

// Tag is a tag taken apart: `list:work` is {list, work}, `ref` is {ref, ""}, and
// `work_01…` is {work_01…, ""}.
type Tag struct{ Name, Arg string }

// String puts the tag together again.
func (t Tag) String() string {
	if t.Arg == "" {
		return t.Name
	}
	return t.Name + ":" + t.Arg
}

// Parse reads a tag: `*`, a name, or a name and an argument. Names start with a
// letter and go on with letters, digits, `_` and `-`, all of them lower case;
// arguments may start with any of these.
func Parse(s string) (Tag, error) {
	colon, ok := scan(s)
	switch {
	case !ok:
		return Tag{}, fmt.Errorf("invalid tag %.100q", s)
	case colon < 0:
		return Tag{Name: s}, nil
	}
	return Tag{Name: s[:colon], Arg: s[colon+1:]}, nil
}

// Valid tells whether s is a tag.
func Valid(s string) bool {
	_, ok := scan(s)
	return ok
}

// scan finds the colon of a tag, -1 where it has none.
func scan(s string) (colon int, ok bool) {
	if s == Everything {
		return -1, true
	}
	if s == "" || len(s) > MaxTag || s[0] < 'a' || s[0] > 'z' {
		return -1, false
	}
	colon = -1
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '_', c == '-':
		case c == ':' && colon < 0 && i+1 < len(s):
			colon = i
		default:
			return -1, false
		}
	}
	return colon, true
}

// Slot is the place of a tag in every reader's array. It is part of the contract:
// entries that readers share carry it.
func Slot(tag string) uint32 { return uint32(xxhash.Sum64String(tag) & (Slots - 1)) }
