package replica

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/shared/apperr"
)

// What readiness says of a standby that is not asked.
var (
	errLagging = apperr.New(apperr.Unavailable, "set aside: it lags too far behind the primary")
	errAway    = apperr.New(apperr.Unavailable, "set aside: it does not answer, or fails")
	errOther   = apperr.New(apperr.Unavailable, "set aside: it is no standby on the primary's timeline")
)

var (
	errUnknown = errors.New("the primary's history is not known yet")
	errFence   = errors.New("has not replayed what was announced")
)

// reason is why an answer was not taken from a standby.
type reason string

const (
	refused  reason = "fence"    // its snapshot may lack what was announced
	conflict reason = "conflict" // the statement was in the way of its recovery
	fault    reason = "fault"    // it found the question at fault: the primary must say so
	timeout  reason = "timeout"
	gone     reason = "gone"
	wrong    reason = "history" // promoted, astray or foreign
	other    reason = "other"
)

var reasons = []reason{refused, conflict, fault, timeout, gone, wrong, other}

// reasonOf reads an error. SQLSTATE: https://www.postgresql.org/docs/17/errcodes-appendix.html
func reasonOf(err error) reason {
	var server *pgconn.PgError
	switch {
	case errors.Is(err, errFence):
		return refused
	case modeOf(err) != Failing:
		return wrong
	case errors.Is(err, context.DeadlineExceeded):
		return timeout
	case errors.As(err, &server):
		return byState(server.Code)
	}
	switch apperr.From(err).Code {
	case apperr.BadRequest:
		return fault
	case apperr.Unavailable:
		return gone
	case apperr.Timeout:
		return timeout
	}
	return other
}

func byState(code string) reason {
	switch {
	case code == "40001", code == "40P01":
		return conflict
	case code == "57014", code == "55P03", code == "25P04":
		return timeout
	case strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"):
		return gone
	}
	return other
}
