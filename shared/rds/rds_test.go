package rds_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/shared/rds"
)

func open(t *testing.T, cfg rds.Config, opts rds.Options) *rds.Client {
	t.Helper()
	client, err := rds.Open(cfg, opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func code(err error) apperr.Code { return apperr.From(rds.Error(err)).Code }

func TestExchangesAreCounted(t *testing.T) {
	registry := prometheus.NewRegistry()
	client := open(t, rds.Config{URL: pgtest.RedisURL(t), Timeout: time.Second, PoolSize: 3}, rds.Options{Application: "t", Metrics: registry})
	ctx := context.Background()
	require.NoError(t, client.Ping(ctx))
	two := func(p redis.Pipeliner) error {
		p.Set(ctx, "a", 1, 0)
		p.Incr(ctx, "a")
		return nil
	}
	_, err := client.Pipelined(ctx, two) // pipelines have connections of their own
	require.NoError(t, err)
	before := client.Exchanges()
	require.ErrorIs(t, rds.Error(client.Get(ctx, "none").Err()), redis.Nil)
	_, err = client.Pipelined(ctx, two)
	require.NoError(t, err)
	assert.Equal(t, before+2, client.Exchanges(), "no hidden exchanges")
	err = client.LPush(ctx, "a", 1).Err()
	assert.Equal(t, apperr.Internal, code(err))
	problems, err := testutil.GatherAndLint(registry)
	require.NoError(t, err)
	assert.Empty(t, problems)
	n, err := testutil.GatherAndCount(registry)
	require.NoError(t, err)
	assert.Equal(t, 6, n)
	_, err = rds.Open(rds.Config{URL: "redis://h"}, rds.Options{Metrics: registry})
	require.ErrorContains(t, err, "metrics")
}

func TestDeadRedis(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	client := open(t, rds.Config{URL: "redis://:geheim@" + address}, rds.Options{})
	err = client.Ping(context.Background())
	assert.Equal(t, apperr.Unavailable, code(err))
	assert.NotContains(t, err.Error(), "geheim")
}

// A Redis that accepts and never answers is given up within its timeout.
func TestSilentRedis(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	client := open(t, rds.Config{URL: "redis://" + listener.Addr().String()}, rds.Options{})
	begun := time.Now()
	err = client.Ping(context.Background())
	assert.Equal(t, apperr.Timeout, code(err))
	assert.Less(t, time.Since(begun), time.Second)
}

type shut struct{ asked int }

func (s *shut) Allow() error       { s.asked++; return apperr.New(apperr.Unavailable, "open") }
func (s *shut) ReportResult(error) {}

func TestLimiter(t *testing.T) {
	limiter := &shut{}
	client := open(t, rds.Config{URL: "redis://127.0.0.1:1"}, rds.Options{Limiter: limiter})
	assert.Equal(t, apperr.Unavailable, code(client.Get(context.Background(), "a").Err()))
	assert.Equal(t, 1, limiter.asked)
}

func TestError(t *testing.T) {
	require.NoError(t, rds.Error(nil))
	assert.Equal(t, apperr.Timeout, code(redis.ErrPoolTimeout))
	assert.Equal(t, apperr.Unavailable, code(redis.ErrClosed))
	assert.ErrorIs(t, rds.Error(context.Canceled), context.Canceled)
	assert.Equal(t, apperr.Internal, code(errors.New("x")))
}

func TestOpenRefusesABadURL(t *testing.T) {
	_, err := rds.Open(rds.Config{URL: "http://:geheim@h"}, rds.Options{})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "geheim")
}

func TestLogTo(t *testing.T) {
	var out bytes.Buffer
	rds.LogTo(zerolog.New(&out))
	t.Cleanup(func() { rds.LogTo(zerolog.Nop()) })
	client := open(t, rds.Config{URL: "redis://127.0.0.1:1"}, rds.Options{})
	require.Error(t, client.Ping(context.Background()))
	if out.Len() > 0 {
		assert.Contains(t, out.String(), `"driver":"go-redis"`)
	}
}
