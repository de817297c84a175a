package signature

import "errors"

// Why a request is refused.
var (
	ErrMissing    = errors.New("signature: the request bears none with this service's tag")
	ErrMalformed  = errors.New("signature: its fields cannot be read")
	ErrComponents = errors.New("signature: it does not cover what it has to, or what cannot be covered")
	ErrParameters = errors.New("signature: its parameters are missing or others")
	ErrExpired    = errors.New("signature: it is too old")
	ErrFuture     = errors.New("signature: it is from the future")
	ErrDigest     = errors.New("signature: the body is not the one of the digest")
	ErrUnknownKey = errors.New("signature: its key is not known")
	ErrWrong      = errors.New("signature: it is wrong")
	// ErrReplayed is for the caller, who knows the nonces.
	ErrReplayed = errors.New("signature: it was used before")
)
