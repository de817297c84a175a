package apperr

import "net/http"

// Code names one kind of top-level failure: a request, or the server, failed.
type Code string

// The codes of the API. A caller may rely on them; messages may change.
const (
	BadRequest             Code = "BAD_REQUEST"
	ParseFailed            Code = "GRAPHQL_PARSE_FAILED"
	ValidationFailed       Code = "GRAPHQL_VALIDATION_FAILED"
	PersistedQueryNotFound Code = "PERSISTED_QUERY_NOT_FOUND"
	DocumentRequired       Code = "DOCUMENT_REQUIRED"
	InputLimit             Code = "INPUT_LIMIT"
	CostLimit              Code = "COST_LIMIT"
	Unauthenticated        Code = "UNAUTHENTICATED"
	TokenExpired           Code = "TOKEN_EXPIRED"
	ReauthRequired         Code = "REAUTH_REQUIRED"
	SignatureRequired      Code = "SIGNATURE_REQUIRED"
	SignatureInvalid       Code = "SIGNATURE_INVALID"
	Forbidden              Code = "FORBIDDEN"
	RateLimited            Code = "RATE_LIMITED"
	IdempotencyConflict    Code = "IDEMPOTENCY_CONFLICT"
	UnavailableLegal       Code = "UNAVAILABLE_LEGAL"
	Timeout                Code = "TIMEOUT"
	Unavailable            Code = "UNAVAILABLE"
	Internal               Code = "INTERNAL"
)

type meaning struct {
	status    int
	retryable bool
}

// meanings is the only place where a code becomes an HTTP status.
//
// PERSISTED_QUERY_NOT_FOUND is 400 and not 404: a 404 may be stored by caches
// that were told nothing, and a document can be registered a moment later.
var meanings = map[Code]meaning{
	BadRequest:             {status: http.StatusBadRequest},
	ParseFailed:            {status: http.StatusBadRequest},
	ValidationFailed:       {status: http.StatusBadRequest},
	PersistedQueryNotFound: {status: http.StatusBadRequest},
	DocumentRequired:       {status: http.StatusBadRequest},
	InputLimit:             {status: http.StatusBadRequest},
	CostLimit:              {status: http.StatusBadRequest},
	Unauthenticated:        {status: http.StatusUnauthorized},
	TokenExpired:           {status: http.StatusUnauthorized},
	ReauthRequired:         {status: http.StatusUnauthorized},
	SignatureRequired:      {status: http.StatusUnauthorized},
	SignatureInvalid:       {status: http.StatusUnauthorized},
	Forbidden:              {status: http.StatusForbidden},
	RateLimited:            {status: http.StatusTooManyRequests, retryable: true},
	IdempotencyConflict:    {status: http.StatusConflict},
	UnavailableLegal:       {status: http.StatusUnavailableForLegalReasons},
	Timeout:                {status: http.StatusGatewayTimeout, retryable: true},
	Unavailable:            {status: http.StatusServiceUnavailable, retryable: true},
	Internal:               {status: http.StatusInternalServerError},
}

// Status returns the HTTP status of the code; an unknown code is a 500.
func (c Code) Status() int {
	if m, ok := meanings[c]; ok {
		return m.status
	}
	return http.StatusInternalServerError
}

// Retryable reports whether the same request can succeed later unchanged.
func (c Code) Retryable() bool { return meanings[c].retryable }

// Server reports whether the failure is ours and not the caller's.
func (c Code) Server() bool { return c.Status() >= http.StatusInternalServerError }

// Codes returns every code, for documentation and for tests.
func Codes() []Code {
	return []Code{
		BadRequest, ParseFailed, ValidationFailed, PersistedQueryNotFound, DocumentRequired,
		InputLimit, CostLimit, Unauthenticated, TokenExpired, ReauthRequired, SignatureRequired,
		SignatureInvalid, Forbidden, RateLimited, IdempotencyConflict, UnavailableLegal,
		Timeout, Unavailable, Internal,
	}
}
