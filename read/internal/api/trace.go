package api

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// span opens the server's span, a child of the caller's if it sent one. All
// attributes are copies: the request's own bytes would be the next request's by
// the time the exporter looks.
func (s *Server) span(ctx context.Context, c *fiber.Ctx, ex *exchange) (context.Context, trace.Span) {
	carrier := carrier{&c.Context().Request.Header}
	ctx = propagation.TraceContext{}.Extract(ctx, carrier) // never baggage: it is the caller's to fill
	return s.cfg.Tracer.Start(ctx, "graphql", trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(
			attribute.String("http.request.method", string(c.Request().Header.Method())),
			attribute.String("url.path", string(c.Request().URI().Path())),
			attribute.String("request.id", ex.id),
		))
}

// carrier lets the propagator read request headers.
type carrier struct{ h *fasthttp.RequestHeader }

func (c carrier) Get(key string) string { return string(c.h.Peek(key)) }

func (carrier) Set(string, string) {}

func (carrier) Keys() []string { return []string{"Traceparent", "Tracestate"} }
