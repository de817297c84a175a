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

func TestFuse(t *testing.T) {
	asked, down, now := 0, true, time.Unix(1_800_000_000, 0)
	var fail error
	f := newFuse(answer.SourceFunc(func(context.Context, *answer.Query) (answer.Result, error) {
		asked++
		return answer.Result{}, fail
	}), func() bool { return down }, prometheus.NewRegistry())
	f.now = func() time.Time { return now }
	ask := func() (reached bool, err error) {
		before := asked
		_, err = f.Answer(t.Context(), nil)
		return asked > before, err
	}
	passes := func(why string) {
		t.Helper()
		reached, err := ask()
		assert.True(t, reached, why)
		assert.Equal(t, fail, err, why)
	}

	passes("a check that failed is not enough")
	fail = apperr.New(apperr.Timeout, "late")
	for range fuseFailures {
		passes("nor are a few questions that failed")
	}
	passes("the first trial")
	reached, err := ask()
	assert.False(t, reached)
	assert.Equal(t, apperr.Unavailable, apperr.From(err).Code)
	assert.Equal(t, time.Second, apperr.From(err).RetryAfter)
	assert.InDelta(t, 1, testutil.ToFloat64(f.spared), 0)

	down = false
	passes("questions that are too heavy do not stop the others while the database is well")
	down = true
	now = now.Add(fuseTrial)
	passes("a trial a second")
	reached, _ = ask()
	require.False(t, reached)
	now, fail = now.Add(fuseTrial), nil
	passes("a trial that is answered")
	passes("it ends the rest")
	fail = apperr.New(apperr.BadRequest, "wrong")
	for range 2 * fuseFailures {
		passes("a refusal is an answer")
	}
}
