// Package telemetry is what both services say about themselves: logs, metrics,
// traces and which build they are.
//
//	build := telemetry.ReadBuild("reader")
//	log := telemetry.NewLogger(os.Stderr, telemetry.LogConfig{Level: "info"}, build)
//	metrics := telemetry.NewRegistry(build)
//	tracing, err := telemetry.StartTracing(ctx, build)
//	defer tracing.Stop(ctx)
//
// Logs are JSON lines, one event each, with time, level, service and message;
// passwords in URLs and connection strings are taken out of every line on its
// way. Traces are sent by OTLP over HTTP when OTEL_EXPORTER_OTLP_ENDPOINT is set
// (the other variables of OpenTelemetry apply too), and cost nothing when it is
// not. Nothing here is global: what a part needs is handed to it.
package telemetry
