package plan

import (
	"crypto/md5" //nolint:gosec // a checksum against mistakes, not against attackers: a cursor opens nothing
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
)

// cursorVersion is part of every cursor: raised when orders or keys change, so
// that cursors of before are refused and not misread.
const cursorVersion = "1"

// A cursor is base64url of a checksum of 8 hexadecimal digits and a JSON array:
// what it is a cursor of, then the sort keys of the item it stands at.

var errCursor = errors.New("must be a cursor that this list gave in this order; begin again without it")

// cursorScope names the list and order that a cursor belongs to.
func cursorScope(field, sort string) string { return cursorVersion + ":" + field + ":" + sort }

// cursorSQL writes the cursor of a row, in SQL, from its sort keys.
func cursorSQL(scope string, keys []string) string {
	array := "json_build_array(" + quote(scope)
	for _, k := range keys {
		array += ", (" + k + ")::text"
	}
	array += ")::text"
	return "(SELECT translate(encode(convert_to(left(md5(c.k), 8) || c.k, 'UTF8'), 'base64'), E'+/=\\n', '-_') FROM (SELECT " +
		array + " AS k) c)"
}

// parseCursor gives the sort keys of a cursor of this scope.
func parseCursor(text, scope string, keys int) ([]string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < 8 || len(raw) > 4096 {
		return nil, errCursor
	}
	sum := md5.Sum(raw[8:]) //nolint:gosec // see above
	if hex.EncodeToString(sum[:])[:8] != string(raw[:8]) {
		return nil, errCursor
	}
	var parts []string
	if err := json.Unmarshal(raw[8:], &parts); err != nil || len(parts) != keys+1 || parts[0] != scope {
		return nil, errCursor
	}
	for _, p := range parts[1:] {
		if strings.ContainsRune(p, 0) {
			return nil, errCursor
		}
	}
	return parts[1:], nil
}

// quote writes a SQL string literal; only names of the schema come here.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
