package limit_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/limit"
)

func TestHeaders(t *testing.T) {
	now := newClock()
	l := newLimiter(t, limit.Config{Now: now.Now, Rules: []limit.Rule{
		hourly("requests", 100), {Name: "writes", Rate: 3, Period: time.Minute, Burst: 2},
	}})
	asks := []limit.Ask{{Rule: "requests", Subject: "x"}, {Rule: "writes", Subject: "x"}}
	headers := func() http.Header {
		h := http.Header{}
		allow(t, l, asks...).Header(h.Set)
		return h
	}
	h := headers()
	assert.Equal(t, `"requests";q=100;w=3600, "writes";q=3;w=60`, h.Get("RateLimit-Policy"))
	assert.Equal(t, `"requests";r=99;t=36, "writes";r=1;t=20`, h.Get("RateLimit"))
	assert.Empty(t, h.Get("Retry-After"))
	headers()
	now.advance(100 * time.Millisecond)
	h = headers()
	assert.Equal(t, `"requests";r=98;t=36, "writes";r=0;t=20`, h.Get("RateLimit"), "seconds are rounded up")
	assert.Equal(t, "20", h.Get("Retry-After"))
	_, err := httpsfv.UnmarshalList(h.Values("RateLimit"))
	require.NoError(t, err)
	now.advance(20 * time.Second)
	assert.Empty(t, headers().Get("Retry-After"), "who waits as told is let in")

	empty := http.Header{}
	allow(t, l).Header(empty.Set)
	assert.Empty(t, empty)
}
