package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/telemetry"
)

func TestReadBuild(t *testing.T) {
	b := telemetry.ReadBuild("reader")
	assert.Equal(t, "reader", b.Service)
	assert.NotEmpty(t, b.Version)
	assert.Contains(t, b.Go, "go1.")
	text, err := json.Marshal(b)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"service":"reader"`)
}

func TestLogger(t *testing.T) {
	var out bytes.Buffer
	log, err := telemetry.NewLogger(&out, telemetry.LogConfig{Level: "info"}, telemetry.Build{Service: "reader"})
	require.NoError(t, err)
	ctx := telemetry.WithRequestID(context.Background(), "r-1")
	log = telemetry.For(ctx, log)
	log.Debug().Msg("unheard")
	log.Error().Err(errors.New("dial postgres://me:geheim@h/db")).Msg("no database")
	line := map[string]any{}
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	assert.Equal(t, "dial postgres://me:xxxxx@h/db", line["error"])
	assert.Equal(t, "r-1", line["request"])
	assert.Equal(t, "reader", line["service"])
	assert.NotEmpty(t, line["time"])

	_, err = telemetry.NewLogger(&out, telemetry.LogConfig{Level: "loud"}, telemetry.Build{})
	require.Error(t, err)
	out.Reset()
	log, err = telemetry.NewLogger(&out, telemetry.LogConfig{Level: "debug", Format: "text"}, telemetry.Build{Service: "s"})
	require.NoError(t, err)
	log.Info().Msg("for people")
	assert.Contains(t, out.String(), "INF for people service=s")
}

func TestRequestID(t *testing.T) {
	assert.Empty(t, telemetry.RequestID(context.Background()))
	assert.NotEqual(t, telemetry.NewRequestID(), telemetry.NewRequestID())
}

func TestRegistry(t *testing.T) {
	registry := telemetry.NewRegistry(telemetry.Build{Service: "reader", Version: "v1", Revision: "abc"})
	server := httptest.NewServer(telemetry.ScrapeHandler(registry))
	defer server.Close()
	resp, err := http.Get(server.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), `tercul_build_info{go="",modified="false",revision="abc",service="reader",version="v1"} 1`)
	assert.Contains(t, string(body), "go_goroutines")
}

func TestTracingIsOffByDefault(t *testing.T) {
	tracing, err := telemetry.StartTracing(context.Background(), telemetry.Build{})
	require.NoError(t, err)
	assert.False(t, tracing.Enabled)
	_, span := tracing.Tracer("t").Start(context.Background(), "x")
	assert.False(t, span.IsRecording())
	require.NoError(t, tracing.Stop(context.Background()))
}

func TestTracingSendsToTheEndpoint(t *testing.T) {
	got := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.URL.Path + " " + string(body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	tracing, err := telemetry.StartTracing(context.Background(), telemetry.Build{Service: "reader"})
	require.NoError(t, err)
	_, span := tracing.Tracer("t").Start(context.Background(), "a question")
	span.End()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(t, tracing.Stop(ctx))
	sent := <-got
	assert.Contains(t, sent, "/v1/traces")
	assert.Contains(t, sent, "a question")
	assert.Contains(t, sent, "reader")

	t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
	_, err = telemetry.StartTracing(context.Background(), telemetry.Build{})
	require.ErrorContains(t, err, "set it to http/protobuf")
}
