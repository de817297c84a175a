package apperr

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Location is a place in a GraphQL document, both counted from 1.
type Location struct {
	Line, Column int
}

// Error is a coded failure. Its message is written for the caller; its cause is
// for the log alone. The With methods return a changed copy, so an Error kept in
// a variable is safe to share.
type Error struct {
	Code       Code
	Message    string
	Field      string     // the input at fault: "variables.filter.and[0].year"
	Path       []any      // the place in the answer: strings and ints
	Locations  []Location // the places in the document
	RetryAfter time.Duration

	status int
	cause  error
}

// New returns an error of that code with a message for the caller.
func New(code Code, message string) *Error {
	return &Error{Code: code, Message: message}
}

// Newf is New with a format.
func Newf(code Code, format string, args ...any) *Error {
	return New(code, fmt.Sprintf(format, args...))
}

// OfField returns an error about one input. Its message is a sentence about the
// path: "variables.first" and "must be 1 to 100" make
// "variables.first must be 1 to 100."
func OfField(code Code, path, problem string) *Error {
	return New(code, path+" "+problem+".").WithField(path)
}

// Recode returns the coded errors in err with another code.
func Recode(err error, code Code) error {
	var list List
	for _, e := range All(err) {
		c := *e
		c.Code = code
		list = append(list, &c)
	}
	return list.Err()
}

// Wrap returns an error of that code that keeps err for the log.
func Wrap(err error, code Code, message string) *Error {
	return New(code, message).Wrap(err)
}

// Wrap returns a copy that carries err as its cause.
func (e *Error) Wrap(err error) *Error { c := *e; c.cause = err; return &c }

// WithField returns a copy that names the input at fault.
func (e *Error) WithField(path string) *Error { c := *e; c.Field = path; return &c }

// WithPath returns a copy that names the place in the answer.
func (e *Error) WithPath(path ...any) *Error { c := *e; c.Path = path; return &c }

// WithLocation returns a copy that also names a place in the document.
func (e *Error) WithLocation(line, column int) *Error {
	c := *e
	c.Locations = append(append([]Location(nil), e.Locations...), Location{line, column})
	return &c
}

// WithRetryAfter returns a copy that says when asking again makes sense.
func (e *Error) WithRetryAfter(d time.Duration) *Error { c := *e; c.RetryAfter = d; return &c }

// WithStatus returns a copy with a status narrower than its code's: 413 for an
// INPUT_LIMIT on the body, 405 for a BAD_REQUEST about the method.
func (e *Error) WithStatus(status int) *Error { c := *e; c.status = status; return &c }

// Status returns the HTTP status to answer with.
func (e *Error) Status() int {
	if e.status != 0 {
		return e.status
	}
	return e.Code.Status()
}

// Retryable reports whether the same request can succeed later unchanged.
func (e *Error) Retryable() bool { return e.Code.Retryable() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Error is the form for logs: code, field, message and cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Field != "" {
		b.WriteString(" " + e.Field)
	}
	b.WriteString(": " + e.Message)
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Is matches any Error of the same code, so that a bare New(code, "") serves as
// a sentinel for errors.Is.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Message == "" || t.Message == e.Message)
}

// List is several errors of one request, the gravest decisive.
type List []*Error

// Error joins the errors for the log.
func (l List) Error() string {
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As look at each of them.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Err returns nil for an empty list, the error itself for one, else the list.
func (l List) Err() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// From returns the error to answer with: a coded error as it is, of a List the
// one with the highest status, a deadline as TIMEOUT, a cancellation as
// UNAVAILABLE, and anything unknown as INTERNAL with its text hidden.
func From(err error) *Error {
	var list List
	var coded *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list) && len(list) > 0:
		return gravest(list)
	case errors.As(err, &coded):
		return coded
	case errors.Is(err, context.DeadlineExceeded):
		return Wrap(err, Timeout, "The answer took too long. Try again, or ask for less at once.")
	case errors.Is(err, context.Canceled):
		return Wrap(err, Unavailable, "The request was cancelled before it was answered.")
	}
	return Wrap(err, Internal, "Something went wrong on our side. Quote the request id if it lasts.")
}

func gravest(list List) *Error {
	worst := list[0]
	for _, e := range list[1:] {
		if e.Status() > worst.Status() {
			worst = e
		}
	}
	return worst
}

// All returns every coded error in err, or the one From makes of it.
func All(err error) []*Error {
	var list List
	if errors.As(err, &list) && len(list) > 0 {
		return list
	}
	if e := From(err); e != nil {
		return []*Error{e}
	}
	return nil
}
