package telemetry

import (
	"context"
	"fmt"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/tercul/tercul/shared/redact"
)

// The variables of OpenTelemetry that switch tracing on.
const (
	endpointVariable       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	protocolVariable       = "OTEL_EXPORTER_OTLP_PROTOCOL"
)

// Tracing hands out tracers.
type Tracing struct {
	Provider   trace.TracerProvider
	Propagator propagation.TextMapPropagator
	// Enabled tells whether anything is sent.
	Enabled bool
	// Stop sends what is left and closes; call it once, with a deadline.
	Stop func(ctx context.Context) error
}

// Tracer returns the tracer of one part of the program.
func (t *Tracing) Tracer(part string) trace.Tracer { return t.Provider.Tracer("tercul/" + part) }

// StartTracing sends traces to the endpoint in the environment, or nowhere. A
// collector that cannot be reached is no error: spans are dropped until it can.
// How many requests are traced is for OTEL_TRACES_SAMPLER to say; all by default.
func StartTracing(ctx context.Context, build Build) (*Tracing, error) {
	t := &Tracing{
		Provider:   noop.NewTracerProvider(),
		Propagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		Stop:       func(context.Context) error { return nil },
	}
	if os.Getenv(endpointVariable) == "" && os.Getenv(tracesEndpointVariable) == "" {
		return t, nil
	}
	if protocol := os.Getenv(protocolVariable); protocol != "" && protocol != "http/protobuf" {
		return nil, fmt.Errorf("%s=%s is not spoken here; set it to http/protobuf (port 4318 of a collector)", protocolVariable, protocol)
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, redact.Error(fmt.Errorf("tracing: %w", err))
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(describe(build)),
	)
	t.Provider, t.Stop, t.Enabled = provider, provider.Shutdown, true
	return t, nil
}

// describe names the service as the semantic conventions do. OTEL_SERVICE_NAME
// and OTEL_RESOURCE_ATTRIBUTES are merged in by the SDK.
func describe(build Build) *resource.Resource {
	return resource.NewSchemaless(
		attribute.String("service.namespace", Namespace),
		attribute.String("service.name", build.Service),
		attribute.String("service.version", build.Version),
		attribute.String("vcs.ref.head.revision", build.Revision),
	)
}
