package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/writetest"
)

// stalled is a body of which some has come, and the rest only when it is let.
type stalled struct {
	start, rest io.Reader
	begun, let  chan struct{}
	once        sync.Once
}

func (s *stalled) Read(p []byte) (int, error) {
	if n, err := s.start.Read(p); err == nil {
		return n, nil
	}
	s.once.Do(func() { close(s.begun) })
	<-s.let
	return s.rest.Read(p)
}

// Long bodies share a memory of a size that is known: one too many waits and is told to
// come again, until another has gone. Short ones and strangers have no part in it.
func TestLongBodiesShareTheirRoom(t *testing.T) {
	w := writetest.New(t)
	editor := w.User(identity.Editor)
	metrics := prometheus.NewRegistry()
	d := open(t, w, func(c *api.Config) { c.Metrics, c.Timeout = metrics, time.Second })
	body := func() *stalled {
		const query = `{"query": "{ __typename }"`
		return &stalled{
			start: strings.NewReader(query), rest: strings.NewReader(strings.Repeat(" ", 100) + "}"),
			begun: make(chan struct{}), let: make(chan struct{}),
		}
	}
	// post sends a body that says how long it may get.
	post := func(actor *identity.Actor, r io.Reader, length int64) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(identity.With(t.Context(), actor), http.MethodPost, "/graphql", r)
		request.Header.Set("Content-Type", "application/json")
		request.ContentLength = length
		out := httptest.NewRecorder()
		d.server.ServeHTTP(out, request)
		return out
	}
	held := func() float64 {
		families, err := metrics.Gather()
		require.NoError(t, err)
		for _, f := range families {
			if f.GetName() == "tercul_long_bodies_bytes" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		return -1
	}
	largest := policy.LargestBody()
	var all sync.WaitGroup
	bodies := make([]*stalled, 8)
	for i := range bodies {
		b := body()
		bodies[i] = b
		length := largest
		if i%2 == 0 {
			length = -1 // it does not say
		}
		all.Go(func() { post(editor, b, length) })
		<-b.begun
	}
	require.InDelta(t, 8*largest, held(), 0)

	short := `{"query": "{ __typename }"}`
	require.Equal(t, http.StatusRequestEntityTooLarge, post(&identity.Actor{}, strings.NewReader(short), largest).Code, "a stranger sends nothing long")
	require.Equal(t, http.StatusRequestEntityTooLarge, post(editor, strings.NewReader(short), largest+1).Code, "nor anybody what is too long")
	require.Equal(t, http.StatusOK, post(editor, strings.NewReader(short), int64(len(short))).Code, "what is short goes by")
	full := post(editor, strings.NewReader(short), largest)
	require.Equal(t, http.StatusServiceUnavailable, full.Code)
	require.Equal(t, "2", full.Header().Get("Retry-After"))
	require.Contains(t, full.Body.String(), `"code":"UNAVAILABLE"`)
	close(bodies[0].let)
	require.Eventually(t, func() bool { return held() < float64(8*largest) }, 10*time.Second, 5*time.Millisecond)
	require.Equal(t, http.StatusOK, post(editor, strings.NewReader(short), largest).Code, "another has gone")
	for _, b := range bodies[1:] {
		close(b.let)
	}
	all.Wait()
	require.Zero(t, held())
}
