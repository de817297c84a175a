package pg

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/redact"
)

// retryLater is said to callers of a database that is down or full.
const retryLater = 2 * time.Second

var (
	errTimeout     = apperr.New(apperr.Timeout, "The database took too long to answer. Try again, or ask for less at once.")
	errUnavailable = apperr.New(apperr.Unavailable, "The database cannot be reached for the moment.").WithRetryAfter(retryLater)
	errFull        = apperr.New(apperr.Unavailable, "The database has too much to do for the moment.").WithRetryAfter(retryLater)
	errConflict    = apperr.New(apperr.Unavailable, "Another change was made at the same moment. Try again.")
)

// Error translates what pgx returned. An error that says nothing of timeouts or
// reachability is returned as it is, and so is one that has a code already.
func Error(err error) error {
	var coded *apperr.Error
	if err == nil || errors.As(err, &coded) {
		return err
	}
	if e := translate(err); e != nil {
		return e.Wrap(redact.Error(err))
	}
	return redact.Error(err)
}

func translate(err error) *apperr.Error {
	var server *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &server):
		return byState(server.Code)
	case errors.As(err, &connect): // also one that timed out: the statement was not even sent
		return errUnavailable
	case errors.Is(err, context.DeadlineExceeded):
		return errTimeout
	case errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF),
		errors.Is(err, net.ErrClosed), pgconn.SafeToRetry(err):
		return errUnavailable
	}
	return nil
}

// byState reads SQLSTATE: https://www.postgresql.org/docs/17/errcodes-appendix.html
func byState(code string) *apperr.Error {
	switch {
	case code == "57014", code == "55P03", code == "25P04": // statement, lock and transaction timeout
		return errTimeout
	case code == "40001", code == "40P01": // serialisation failure, deadlock
		return errConflict
	case strings.HasPrefix(code, "53"): // too many connections, out of memory, disk full
		return errFull
	case strings.HasPrefix(code, "08"), code == "57P01", code == "57P02", code == "57P03", code == "57P05", code == "25P03":
		return errUnavailable
	}
	return nil
}
