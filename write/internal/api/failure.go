package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/redact"
	"github.com/tercul/tercul/shared/telemetry"
)

var errPanic = errors.New("panic")

// recovered keeps one request's bug from ending the process.
func (s *Server) recovered(ctx context.Context, p any) error {
	log := telemetry.For(ctx, s.cfg.Log)
	log.Error().Interface("panic", p).Bytes("stack", debug.Stack()).Msg("a resolver panicked")
	return apperr.Wrap(fmt.Errorf("%w: %v", errPanic, p), apperr.Internal, "Something went wrong on our side. Quote the request id if it lasts.")
}

// logFailure logs the cause of a failure of the service, which its caller is not told.
// A panic was logged with its stack, and who gave up waiting is no failure.
func (s *Server) logFailure(ctx context.Context, e *apperr.Error, err error) {
	if !e.Code.Server() || errors.Is(err, errPanic) || errors.Is(err, context.Canceled) {
		return
	}
	log := telemetry.For(ctx, s.cfg.Log)
	entry := log.Error().Str("code", string(e.Code))
	var server *pgconn.PgError
	if !errors.As(err, &server) {
		entry.Err(redact.Error(err)).Msg("a request failed")
		return
	}
	entry = entry.Str("sqlstate", server.Code).Str("table", server.TableName).Str("constraint", server.ConstraintName)
	if !strings.HasPrefix(server.Code, "22") { // the messages of data exceptions quote what the caller sent
		entry = entry.Err(redact.Error(err))
	}
	entry.Msg("a request failed")
}
