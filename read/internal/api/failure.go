package api

import (
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
	"github.com/tercul/tercul/shared/limit"
)

// What only HTTP can refuse. The codes are the API's; the statuses are HTTP's.
var (
	errNoSuchPath = apperr.New(apperr.BadRequest, "There is nothing at this path. GET / lists what there is.").
			WithStatus(fasthttp.StatusNotFound)
	errNotAcceptable = apperr.OfField(apperr.BadRequest, "Accept", "must allow "+gqlhttp.TypeGraphQL+" or "+gqlhttp.TypeJSON).
				WithStatus(fasthttp.StatusNotAcceptable)
	errNoCoding = apperr.OfField(apperr.BadRequest, "Accept-Encoding", "must allow br, zstd, gzip or identity").
			WithStatus(fasthttp.StatusNotAcceptable)
	errMediaType = apperr.OfField(apperr.BadRequest, "Content-Type", "must be application/json, in UTF-8").
			WithStatus(fasthttp.StatusUnsupportedMediaType)
	errBodyCoded = apperr.OfField(apperr.BadRequest, "Content-Encoding", "must be left out: bodies are read uncompressed").
			WithStatus(fasthttp.StatusUnsupportedMediaType)
	errURLTooLong = apperr.Newf(apperr.InputLimit, "URLs are read up to %d bytes; send a longer question by POST.", maxURL).
			WithStatus(fasthttp.StatusRequestURITooLong)
	errHeadTooLong = apperr.Newf(apperr.InputLimit, "The URL and headers together are read up to %d bytes.", maxHead).
			WithStatus(fasthttp.StatusRequestHeaderFieldsTooLarge)
	errBodyTooLong = apperr.New(apperr.InputLimit, "The body is too long.").
			WithStatus(fasthttp.StatusRequestEntityTooLarge)
	errTooSlow = apperr.New(apperr.Timeout, "The request did not arrive in time.").
			WithStatus(fasthttp.StatusRequestTimeout)
	errUnreadable = apperr.New(apperr.BadRequest, "This is not an HTTP request.")
	errMethod     = apperr.New(apperr.BadRequest, "This path does not answer this method.").
			WithStatus(fasthttp.StatusMethodNotAllowed)
)

// setAllow is the header that a 405 must have, whoever refused the method: a
// mutation by GET is refused by the registry.
func setAllow(ctx *fasthttp.RequestCtx, e *apperr.Error) {
	switch {
	case e.Status() != fasthttp.StatusMethodNotAllowed:
	case e.Is(errMethod) && string(ctx.Path()) == graphqlPath:
		ctx.Response.Header.Set(fasthttp.HeaderAllow, "GET, HEAD, POST, OPTIONS")
	case e.Is(errMethod):
		ctx.Response.Header.Set(fasthttp.HeaderAllow, "GET, HEAD")
	default:
		ctx.Response.Header.Set(fasthttp.HeaderAllow, "POST")
	}
}

func checkURL(c *fiber.Ctx) error {
	if len(c.Request().RequestURI()) > maxURL {
		return errURLTooLong
	}
	return nil
}

// writeError answers with nothing but errors, which no cache may keep.
func (s *Server) writeError(ctx *fasthttp.RequestCtx, ex *exchange, err error) {
	e := apperr.From(err)
	h := &ctx.Response.Header
	ctx.Response.ResetBody()
	h.SetContentType(ex.media.Header())
	h.Set(fasthttp.HeaderCacheControl, "no-store")
	h.Set(fasthttp.HeaderVary, vary)
	h.Set(fasthttp.HeaderAccessControlAllowOrigin, "*")
	h.Set(fasthttp.HeaderAccessControlExposeHeaders, "*")
	setAllow(ctx, e)
	var refusal *limit.Refusal
	if errors.As(err, &refusal) {
		refusal.Decision.Header(h.Set)
	}
	if seconds := retryAfter(e); seconds > 0 {
		h.Set(fasthttp.HeaderRetryAfter, strconv.Itoa(seconds))
	}
	ctx.SetStatusCode(s.status(e, ex.media))
	ctx.SetBody(apperr.AppendBody(nil, err, ex.id))
}

// status follows GraphQL over HTTP: under application/json a well-formed
// request whose document or variables do not fit the schema is a 200 with
// errors; under application/graphql-response+json the status tells.
func (s *Server) status(e *apperr.Error, m gqlhttp.Media) int {
	coercion := (e.Code == apperr.BadRequest || e.Code == apperr.InputLimit) && strings.HasPrefix(e.Field, gqlhttp.ParamVariables+".")
	switch {
	case !coercion && e.Code != apperr.ParseFailed && e.Code != apperr.ValidationFailed:
		return e.Status()
	case m != gqlhttp.GraphQL:
		return fasthttp.StatusOK
	case s.cfg.DraftCodes && e.Code != apperr.ParseFailed:
		return fasthttp.StatusUnprocessableEntity
	}
	return e.Status()
}

// retryAfter is in whole seconds; a server's failure always names some.
func retryAfter(e *apperr.Error) int {
	if e.RetryAfter > 0 {
		return int((e.RetryAfter + 999_999_999) / 1_000_000_000)
	}
	if e.Status() == fasthttp.StatusServiceUnavailable {
		return 1
	}
	return 0
}

// refuse answers a request that never reached the router.
func (s *Server) refuse(ctx *fasthttp.RequestCtx, err error) {
	ex := s.open(ctx)
	s.writeError(ctx, ex, err)
	s.close(ctx, ex, err)
}

// refuseUnread is fasthttp's ErrorHandler: the request could not be read.
func (s *Server) refuseUnread(ctx *fasthttp.RequestCtx, err error) {
	var small *fasthttp.ErrSmallBuffer
	var network net.Error
	switch {
	case errors.As(err, &small):
		s.refuse(ctx, errHeadTooLong)
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		drain(ctx.Conn())
		s.refuse(ctx, errBodyTooLong)
	case errors.As(err, &network) && network.Timeout():
		s.refuse(ctx, errTooSlow)
	default:
		s.refuse(ctx, errUnreadable.Wrap(err))
	}
}

// Bounds of what is read of a body only to be thrown away.
const (
	maxDrained = 4 << 20
	drainTime  = 500 * time.Millisecond
	drainPause = 20 * time.Millisecond
)

// drain reads what is on its way of a body that is too long. A connection that is
// closed with unread bytes is reset, and a reset takes the answer with it. The
// end of such a body is not known here: a pause of the sender stands for it.
func drain(conn net.Conn) {
	until := time.Now().Add(drainTime)
	buf := make([]byte, 32<<10)
	for read := 0; read < maxDrained && time.Now().Before(until); {
		if conn.SetReadDeadline(time.Now().Add(drainPause)) != nil {
			return
		}
		n, err := conn.Read(buf)
		if read += n; err != nil {
			return
		}
	}
}

// recoverPanic keeps one request's bug from ending the process.
func (s *Server) recoverPanic(ctx *fasthttp.RequestCtx) {
	if cause := recover(); cause != nil {
		ctx.Response.Reset()
		s.refuse(ctx, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
	}
}
