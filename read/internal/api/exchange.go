package api

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// exchange is what is known of one request while it is answered. The lane has
// none: it serves what needs no more than a table look-up.
type exchange struct {
	id      string
	media   gqlhttp.Media
	started time.Time
	op      answer.Operation
	docs    uint64 // generation of the documents it was parsed under
	layer   string // which layer answered, "none" for what no layer did
}

const (
	headerRequestID = "X-Request-Id"
	localExchange   = "exchange"
	layerNone       = "none"
)

// begin opens the exchange, answers whatever failed below it, and closes it
// with a measure and a log line.
func (s *Server) begin(c *fiber.Ctx) error {
	ex := s.open(c.Context())
	c.Locals(localExchange, ex)
	s.meters.inFlight.Inc()
	defer s.meters.inFlight.Dec()
	err := checkURL(c)
	if err == nil {
		err = c.Next()
	}
	if err != nil {
		err = routed(err)
		s.writeError(c.Context(), ex, err)
	}
	s.close(c.Context(), ex, err)
	return nil
}

func (s *Server) open(ctx *fasthttp.RequestCtx) *exchange {
	id := s.ids.append(make([]byte, 0, maxRequestID), ctx.Request.Header.Peek(headerRequestID))
	ctx.Response.Header.SetBytesV(headerRequestID, id)
	accepted := gqlhttp.Negotiate(joined(ctx, fasthttp.HeaderAccept))
	return &exchange{id: string(id), media: accepted, started: time.Now(), layer: layerNone}
}

func (s *Server) close(ctx *fasthttp.RequestCtx, ex *exchange, err error) {
	took := time.Since(ex.started)
	status := ctx.Response.StatusCode()
	s.meters.observe(status, ex.layer, took)
	s.logger.write(ctx, ex, status, took, err)
}

// routed words the router's own refusals as ours.
func routed(err error) error {
	var routing *fiber.Error
	if !errors.As(err, &routing) {
		return err
	}
	if routing.Code == fiber.StatusMethodNotAllowed {
		return errMethod
	}
	return errNoSuchPath
}

func exchangeOf(c *fiber.Ctx) *exchange {
	ex, _ := c.Locals(localExchange).(*exchange)
	return ex
}

// joined is the value of a header that may come in several lines.
func joined(ctx *fasthttp.RequestCtx, name string) string {
	lines := ctx.Request.Header.PeekAll(name)
	if len(lines) == 0 {
		return ""
	}
	all := string(lines[0])
	for _, line := range lines[1:] {
		all += "," + string(line)
	}
	return all
}

// copies are the values of a header, line by line.
func copies(ctx *fasthttp.RequestCtx, name string) []string {
	sent := ctx.Request.Header.PeekAll(name)
	out := make([]string, len(sent))
	for i, line := range sent {
		out[i] = string(line)
	}
	return out
}
