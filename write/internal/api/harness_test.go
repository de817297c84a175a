package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/writetest"
)

// door is the service's own end of HTTP.
type door struct {
	t      *testing.T
	server http.Handler
}

// open makes a service as production has it, unless the test wants another.
func open(t *testing.T, w *writetest.World, change func(*api.Config)) *door {
	t.Helper()
	cfg := w.API
	cfg.Documents = documents(t, false)
	if change != nil {
		change(&cfg)
	}
	server, err := api.New(cfg)
	require.NoError(t, err)
	return &door{t, server}
}

func documents(t *testing.T, all bool) *api.Documents {
	t.Helper()
	checker, err := api.NewChecker()
	require.NoError(t, err)
	files, err := write.Operations()
	require.NoError(t, err)
	docs, err := api.NewDocuments(checker, files, all)
	require.NoError(t, err)
	return docs
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
	body   struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Message    string
			Path       []any
			Extensions struct {
				Code, Field, RequestID string
				Retryable              bool
			}
		}
	}
}

// code is the first error's.
func (r reply) code() string {
	if len(r.body.Errors) == 0 {
		return ""
	}
	return r.body.Errors[0].Extensions.Code
}

// send sends a request; headers come in pairs.
func (d *door) send(actor *identity.Actor, method, target, body string, headers ...string) reply {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Del(headers[i]); headers[i+1] != "" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	ctx := telemetry.WithRequestID(r.Context(), "the-request")
	if actor != nil {
		r.Header.Set("Authorization", "in the context")
		ctx = identity.With(ctx, actor)
	}
	rec := httptest.NewRecorder()
	d.server.ServeHTTP(rec, r.WithContext(ctx))
	out := reply{status: rec.Code, header: rec.Header(), text: rec.Body.String()}
	if out.text != "" {
		require.NoError(d.t, json.Unmarshal(rec.Body.Bytes(), &out.body), out.text)
	}
	if method != http.MethodOptions {
		require.Equal(d.t, "no-store", out.header.Get("Cache-Control"))
	}
	return out
}

// post sends a document with its variables.
func (d *door) post(actor *identity.Actor, query string, variables map[string]any, headers ...string) reply {
	d.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(d.t, err)
	return d.send(actor, http.MethodPost, "/graphql", string(body), headers...)
}

// shipped is the text of a shipped document.
func shipped(t *testing.T, name string) string {
	t.Helper()
	files, err := write.Operations()
	require.NoError(t, err)
	f, err := files.Open(name + ".graphql")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	require.NoError(t, err)
	text := make([]byte, info.Size())
	_, err = f.Read(text)
	require.NoError(t, err)
	return string(text)
}
