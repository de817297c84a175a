package limit

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// mode knows whether Redis is worth a try. Nothing runs in the background:
// requests find out by themselves.
type mode struct {
	now   func() time.Time
	log   zerolog.Logger
	alone prometheus.Gauge

	failed atomic.Int64 // in a row
	retry  atomic.Int64 // from when on Redis is tried again, in ms; 0 while it answers
}

const (
	patience = 3 // failures in a row
	rest     = time.Second
)

// try tells whether to ask Redis. While it is away one request in a rest does.
func (m *mode) try() bool {
	at := m.retry.Load()
	if at == 0 {
		return true
	}
	now := m.now().UnixMilli()
	return now >= at && m.retry.CompareAndSwap(at, now+rest.Milliseconds())
}

func (m *mode) succeeded() {
	m.failed.Store(0)
	if m.retry.Swap(0) != 0 {
		m.alone.Set(0)
		m.log.Info().Msg("rate limits are counted in Redis again")
	}
}

func (m *mode) failure(err error) {
	if m.failed.Add(1) < patience {
		return
	}
	if m.retry.CompareAndSwap(0, m.now().Add(rest).UnixMilli()) {
		m.alone.Set(1)
		m.log.Warn().Err(err).Msg("Redis does not answer: this process counts rate limits by itself")
	}
}
