package app

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/apperr"
)

// busy is a source that answers when told to.
func busy() (src answer.Source, entered chan struct{}, release chan struct{}) {
	entered, release = make(chan struct{}, 8), make(chan struct{})
	return answer.SourceFunc(func(context.Context, *answer.Query) (answer.Result, error) {
		entered <- struct{}{}
		<-release
		return answer.Result{}, nil
	}), entered, release
}

func TestBulkheadSendsAwayWhatWouldWaitTooLong(t *testing.T) {
	src, entered, release := busy()
	b := newBulkhead(src, 1, time.Millisecond, prometheus.NewRegistry())
	done := make(chan error, 1)
	go func() { _, err := b.Answer(context.Background(), nil); done <- err }()
	<-entered
	_, err := b.Answer(context.Background(), nil)
	assert.Equal(t, apperr.Unavailable, apperr.From(err).Code)
	assert.Equal(t, time.Second, apperr.From(err).RetryAfter)
	assert.InDelta(t, 1, testutil.ToFloat64(b.rejected), 0)
	close(release)
	require.NoError(t, <-done)
	_, err = b.Answer(context.Background(), nil)
	require.NoError(t, err, "the place is free again")
}

func TestBulkheadLetsTheNextInWhenOneLeaves(t *testing.T) {
	src, entered, release := busy()
	b := newBulkhead(src, 1, time.Minute, prometheus.NewRegistry())
	done := make(chan error, 2)
	ask := func() { _, err := b.Answer(context.Background(), nil); done <- err }
	go ask()
	<-entered
	go ask()
	require.Eventually(t, func() bool { return testutil.ToFloat64(b.waiting) == 1 }, time.Second, time.Millisecond)
	close(release)
	require.NoError(t, <-done)
	require.NoError(t, <-done)
	assert.Zero(t, testutil.ToFloat64(b.waiting))
}

func TestBulkheadHonoursTheDeadline(t *testing.T) {
	src, entered, release := busy()
	b := newBulkhead(src, 1, time.Minute, prometheus.NewRegistry())
	done := make(chan error, 1)
	go func() { _, err := b.Answer(context.Background(), nil); done <- err }()
	<-entered
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := b.Answer(ctx, nil)
	assert.Equal(t, apperr.Timeout, apperr.From(err).Code)
	close(release)
	require.NoError(t, <-done)
}
