package api

import (
	"time"

	"github.com/rs/zerolog"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/shared/apperr"
)

// accessLog writes one line for a request that is worth one: every bug of ours,
// every slow answer; what callers did wrong, and what was refused because a
// dependency is away, up to a hundred lines a second each, so that the log does
// not become a second outage; and at debug level the rest. It never writes addresses, cookies,
// variables or document texts: the reader keeps no personal data, and what
// somebody reads is personal.
type accessLog struct {
	log    zerolog.Logger
	wrong  zerolog.Logger
	away   zerolog.Logger
	hits   zerolog.Logger
	slow   time.Duration
	debugs bool
}

func newAccessLog(log zerolog.Logger, slow time.Duration) accessLog {
	burst := func() zerolog.Sampler { return &zerolog.BurstSampler{Burst: 100, Period: time.Second} }
	return accessLog{
		log:    log,
		wrong:  log.Sample(burst()),
		away:   log.Sample(burst()),
		hits:   log.Sample(&zerolog.BurstSampler{Burst: 10, Period: time.Second, NextSampler: &zerolog.BasicSampler{N: 1000}}),
		slow:   slow,
		debugs: log.GetLevel() <= zerolog.DebugLevel,
	}
}

func (l accessLog) write(ctx *fasthttp.RequestCtx, ex *exchange, status int, took time.Duration, err error) {
	e := l.event(took, err)
	if e == nil {
		return
	}
	e.Str("request", ex.id).Bytes("method", ctx.Method()).Bytes("path", ctx.Path()).
		Int("status", status).Str("layer", ex.layer).Dur("took", took).Int("bytes", len(ctx.Response.Body()))
	if ex.op != nil {
		e.Str("operation", ex.op.Name()).Str("document", ex.op.Hash())
	}
	if err != nil {
		e.Str("code", string(apperr.From(err).Code)).Err(err)
	}
	e.Msg("answered")
}

// event is nil for what is not worth a line.
func (l accessLog) event(took time.Duration, err error) *zerolog.Event {
	switch e := apperr.From(err); {
	case e != nil && e.Code.Server() && e.Retryable():
		return l.away.Warn()
	case e != nil && e.Code.Server():
		return l.log.Error()
	case took >= l.slow:
		return l.log.Warn().Bool("slow", true)
	case e != nil:
		return l.wrong.Info()
	case l.debugs:
		return l.hits.Debug()
	}
	return nil
}

// lane is one comparison unless debugging.
func (l accessLog) lane(ctx *fasthttp.RequestCtx) {
	if !l.debugs {
		return
	}
	l.hits.Debug().Bytes("request", ctx.Response.Header.Peek(headerRequestID)).Bytes("path", ctx.Path()).
		Int("status", ctx.Response.StatusCode()).Str("layer", "lane").Msg("answered")
}
