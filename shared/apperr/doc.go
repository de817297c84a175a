// Package apperr is the one vocabulary of failure of both services.
//
// Every error that reaches a caller is an *Error with a Code from this package.
// One table says what each code means to HTTP and whether asking again can help.
// Drivers' errors are translated where the driver is called (shared/pg,
// shared/rds); everything above wraps with %w; the HTTP layer calls From once,
// logs the cause and writes AppendBody. An error that nobody translated is
// INTERNAL, and nothing of its text leaves the process.
//
//	return apperr.New(apperr.BadRequest, "year must be a whole number").
//		WithField("variables.filter.year")
//
// The package depends on the standard library alone, so that everything may
// depend on it.
package apperr
