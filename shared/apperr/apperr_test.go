package apperr_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
)

func TestEveryCodeHasAMeaning(t *testing.T) {
	seen := map[apperr.Code]bool{}
	for _, c := range apperr.Codes() {
		assert.False(t, seen[c], "%s is listed twice", c)
		seen[c] = true
		assert.GreaterOrEqual(t, c.Status(), 400, c)
		assert.Equal(t, c.Status() >= 500, c.Server(), c)
	}
	assert.Equal(t, http.StatusInternalServerError, apperr.Code("NEW").Status())
	assert.True(t, apperr.Unavailable.Retryable())
	assert.False(t, apperr.BadRequest.Retryable())
	assert.Len(t, apperr.UserCodes(), 23)
}

func TestFrom(t *testing.T) {
	coded := apperr.New(apperr.CostLimit, "too dear")
	grave := apperr.New(apperr.Unavailable, "down")
	for name, tc := range map[string]struct {
		err  error
		code apperr.Code
	}{
		"coded":          {coded, apperr.CostLimit},
		"wrapped":        {fmt.Errorf("plan: %w", coded), apperr.CostLimit},
		"deadline":       {fmt.Errorf("query: %w", context.DeadlineExceeded), apperr.Timeout},
		"cancelled":      {context.Canceled, apperr.Unavailable},
		"unknown":        {errors.New("pq: password authentication failed"), apperr.Internal},
		"gravest":        {apperr.List{coded, grave}, apperr.Unavailable},
		"coded over ctx": {coded.Wrap(context.DeadlineExceeded), apperr.CostLimit},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tc.code, apperr.From(tc.err).Code)
		})
	}
	assert.Nil(t, apperr.From(nil))
	assert.Empty(t, apperr.All(nil))
}

func TestInternalHidesItsCause(t *testing.T) {
	body := apperr.AppendBody(nil, errors.New("secret of the house"), "r1")
	assert.NotContains(t, string(body), "secret")
	assert.Contains(t, apperr.From(errors.New("secret of the house")).Error(), "secret")
}

func TestWithMethodsCopy(t *testing.T) {
	base := apperr.New(apperr.BadRequest, "no")
	changed := base.WithField("f").WithPath("a", 1).WithLocation(1, 2).WithLocation(3, 4).
		WithStatus(405).WithRetryAfter(time.Second).Wrap(errors.New("why"))
	assert.Empty(t, base.Field)
	assert.Empty(t, base.Locations)
	assert.Equal(t, 400, base.Status())
	assert.Equal(t, 405, changed.Status())
	assert.Equal(t, "BAD_REQUEST f: no: why", changed.Error())
	assert.ErrorIs(t, fmt.Errorf("x: %w", changed), apperr.New(apperr.BadRequest, ""))
	assert.NotErrorIs(t, changed, apperr.New(apperr.BadRequest, "other"))
}

func TestListErr(t *testing.T) {
	one := apperr.New(apperr.BadRequest, "a")
	require.NoError(t, apperr.List(nil).Err())
	assert.Same(t, one, apperr.List{one}.Err())
	both := apperr.List{one, apperr.New(apperr.InputLimit, "b")}.Err()
	assert.EqualError(t, both, "BAD_REQUEST: a; INPUT_LIMIT: b")
	assert.Len(t, apperr.All(fmt.Errorf("x: %w", both)), 2)
	assert.ErrorIs(t, both, apperr.New(apperr.InputLimit, ""))
}

func TestBody(t *testing.T) {
	err := apperr.New(apperr.BadRequest, "a \"b\" <c>\n\x01\u2028 \xff é").
		WithField("variables.x").WithPath("works", 0, "title").WithLocation(2, 5)
	body := apperr.AppendBody(nil, err, "req-1")
	assert.JSONEq(t, `{"errors":[{
		"message":"a \"b\" <c>\n\u0001\u2028 � é","path":["works",0,"title"],
		"locations":[{"line":2,"column":5}],
		"extensions":{"code":"BAD_REQUEST","field":"variables.x","requestId":"req-1","retryable":false}}]}`,
		string(body))
	assert.NotContains(t, string(body), "<")
}

func FuzzBodyIsJSON(f *testing.F) {
	f.Add("message", "field", "id")
	f.Add("\x00\x7f\xff\u2029\\\"", "</script>", "\n")
	f.Fuzz(func(t *testing.T, message, field, id string) {
		err := apperr.New(apperr.Internal, message).WithField(field)
		assert.True(t, json.Valid(apperr.AppendBody(nil, err, id)))
	})
}

func TestEveryCodeIsExplained(t *testing.T) {
	for _, c := range apperr.Codes() {
		e := c.Explain()
		assert.NotEmpty(t, e.Where, c)
		assert.NotEmpty(t, e.Meaning, c)
		assert.NotEmpty(t, e.Remedy, c)
	}
	for _, c := range apperr.UserCodes() {
		e := c.Explain()
		assert.NotEmpty(t, e.Meaning, c)
		assert.NotEmpty(t, e.Remedy, c)
	}
}
