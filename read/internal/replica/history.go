package replica

import (
	"errors"
	"strings"
)

// What a server may turn out to be that is no standby of this primary's.
var (
	errForeign  = errors.New("is a server of another database")
	errPromoted = errors.New("is no standby")
	errAstray   = errors.New("follows another timeline than the primary's; if it is a standby of this primary, it will turn up on it at its next restart point")
	errAhead    = errors.New("has what the primary does not have, which was put back to an earlier state: make it anew")
)

// judge compares a server with the primary's history.
func (s standing) judge(primary string) error {
	switch {
	case !sameDatabase(s.history, primary):
		return errForeign
	case !s.standby:
		return errPromoted
	case s.history != primary:
		return errAstray
	}
	return nil
}

// sameDatabase tells whether two histories are of one database, on whatever timelines:
// system identifier, timeline, database.
func sameDatabase(a, b string) bool {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	return len(x) == 3 && len(y) == 3 && x[0] == y[0] && x[2] == y[2]
}
