// Package page reads and writes the cursors of lists. A cursor is where a page
// ended, by the keys that the list is ordered by; it names its list and order, and
// is refused by any other. Nothing in it is secret, and nothing is believed: it
// only says where to go on, and every query looks at what its caller may see.
package page

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/tercul/tercul/shared/apperr"
)

const (
	usual     = 20
	maxCursor = 2000
)

// Size is the number of items asked for, 20 where nothing is said.
func Size(first *int, most int) (int, error) {
	switch {
	case first == nil:
		return min(usual, most), nil
	case *first < 1 || *first > most:
		return 0, apperr.Newf(apperr.BadRequest, "A page has 1 to %d items.", most).WithField("first")
	}
	return *first, nil
}

// Cursor names the place after an item by its keys. The list is its name and order.
func Cursor(list string, keys ...any) (string, error) {
	text, err := json.Marshal(append([]any{list}, keys...))
	if err != nil {
		return "", fmt.Errorf("a cursor of %s: %w", list, err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

var errForeign = apperr.New(apperr.BadRequest, "The cursor is not one of this list in this order. Begin again without it.").WithField("after")

// Decode reads the keys of a cursor into pointers, and tells whether there was one.
func Decode(after *string, list string, into ...any) (bool, error) {
	if after == nil || *after == "" {
		return false, nil
	}
	if len(*after) > maxCursor {
		return false, errForeign
	}
	text, err := base64.RawURLEncoding.DecodeString(*after)
	if err != nil {
		return false, errForeign.Wrap(err)
	}
	var keys []json.RawMessage
	var of string
	if json.Unmarshal(text, &keys) != nil || len(keys) != len(into)+1 || json.Unmarshal(keys[0], &of) != nil || of != list {
		return false, errForeign
	}
	for i, target := range into {
		if bytes.Equal(keys[i+1], []byte("null")) || json.Unmarshal(keys[i+1], target) != nil {
			return false, errForeign
		}
	}
	return true, nil
}

// Cut takes the page from items of which one more than it holds was asked for.
func Cut[T any](items []T, size int) (page []T, more bool) {
	if len(items) > size {
		return items[:size], true
	}
	return items, false
}
