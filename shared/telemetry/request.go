package telemetry

import (
	"context"
	"crypto/rand"

	"github.com/rs/zerolog"
)

type requestIDKey struct{}

// NewRequestID returns an id that nothing else has: 26 letters and digits.
func NewRequestID() string { return rand.Text() }

// WithRequestID returns a context of the request with that id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id of the request that ctx belongs to, or nothing.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// For returns a logger whose lines carry the request's id.
func For(ctx context.Context, log zerolog.Logger) zerolog.Logger {
	if id := RequestID(ctx); id != "" {
		return log.With().Str("request", id).Logger()
	}
	return log
}
