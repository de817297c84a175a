package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pg"
)

func TestReasons(t *testing.T) {
	state := func(code string) error { return pg.Error(&pgconn.PgError{Code: code}) }
	for name, c := range map[string]struct {
		err  error
		want reason
	}{
		"overtaken":                  {errFence, refused},
		"conflict with recovery":     {state("40001"), conflict},
		"deadlock with recovery":     {state("40P01"), conflict},
		"terminated":                 {state("57P01"), gone},
		"database dropped":           {state("57P04"), gone},
		"starting":                   {state("57P03"), gone},
		"full":                       {state("53300"), gone},
		"statement timeout":          {state("57014"), timeout},
		"out of time":                {pg.Error(context.DeadlineExceeded), timeout},
		"cut off":                    {pg.Error(io.ErrUnexpectedEOF), gone},
		"a column that is not there": {state("42703"), other},
		"a question at fault":        {apperr.OfField(apperr.BadRequest, "variables.after", "is no cursor"), fault},
		"promoted":                   {fmt.Errorf("refused: %w", errPromoted), wrong},
		"astray":                     {errAstray, wrong},
		"something":                  {errors.New("something"), other},
	} {
		assert.Equal(t, c.want, reasonOf(c.err), name)
	}
}

func TestJudgement(t *testing.T) {
	const primary = "7/00000002/16384"
	for name, c := range map[string]struct {
		s    standing
		want error
	}{
		"a standby":           {standing{standby: true, history: primary}, nil},
		"on an old timeline":  {standing{standby: true, history: "7/00000001/16384"}, errAstray},
		"on a newer timeline": {standing{standby: true, history: "7/00000003/16384"}, errAstray},
		"another cluster":     {standing{standby: true, history: "8/00000002/16384"}, errForeign},
		"another database":    {standing{standby: true, history: "7/00000002/16385"}, errForeign},
		"a primary":           {standing{history: "7/00000003/16384"}, errPromoted},
		"the primary itself":  {standing{history: primary}, errPromoted},
		"nonsense":            {standing{standby: true, history: ""}, errForeign},
	} {
		require.ErrorIs(t, c.s.judge(primary), c.want, name)
	}
}

// TestAhead: the primary was restored from a copy that does not tell.
func TestAhead(t *testing.T) {
	r := &server{}
	at := func(standby, primary int64) error { return r.ahead(standing{lsn: standby}, pulse{lsn: primary}, nil) }
	require.NoError(t, at(100, 90), "it has gone on since the primary was asked")
	require.NoError(t, at(120, 100))
	require.NoError(t, at(120, 0), "the primary did not answer")
	require.ErrorIs(t, at(120, 110), errAhead)
	require.Equal(t, Astray, modeOf(errAhead))
	require.ErrorIs(t, at(120, 500), errAhead, "the primary has gone another way")
	require.ErrorIs(t, r.ahead(standing{}, pulse{lsn: 500}, errAstray), errAstray, "it has been away")
	require.NoError(t, at(400, 500))
}

func TestTape(t *testing.T) {
	start := time.Now()
	after := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	var p tape
	check := func(lsn int64, at int, bytes int64, lag time.Duration) {
		t.Helper()
		b, l := p.behind(lsn, after(at))
		require.Equal(t, bytes, b)
		require.Equal(t, lag, l)
	}
	check(0, 0, 0, 0)
	p.note(100, after(0))
	p.note(100, after(1))
	check(100, 2, 0, 0) // the primary rests
	p.note(150, after(2))
	p.note(200, after(3))
	check(200, 4, 0, 0)
	check(150, 4, 50, time.Second)
	check(120, 4, 80, 2*time.Second)
	check(50, 4, 150, 4*time.Second)
	p.note(10, after(5)) // another history
	check(10, 6, 0, 0)
	for i := range 2 * mostSeen {
		p.note(int64(100+i), after(10+i))
	}
	require.Len(t, p.seen, mostSeen)
	check(0, 10+2*mostSeen, int64(100+2*mostSeen-1), mostSeen*time.Second)
}

// TestSetAside: each time for longer, until it has answered.
func TestSetAside(t *testing.T) {
	r := &server{}
	r.state.Store(&state{mode: Serving})
	now := time.Now()
	for _, seconds := range []int{1, 2, 4, 8, 16, 30, 30} {
		want := time.Duration(seconds) * time.Second
		r.setAside(now, errors.New("gone"))
		require.Equal(t, Failing, r.state.Load().mode)
		require.True(t, r.holding(now.Add(want-1)))
		require.False(t, r.holding(now.Add(want)))
	}
	r.worked()
	r.setAside(now, errPromoted)
	require.Equal(t, Promoted, r.state.Load().mode)
	require.False(t, r.holding(now.Add(time.Second)))
	r.worked()
	require.False(t, r.slip())
	r.worked()
	require.False(t, r.slip())
	require.False(t, r.slip())
	require.True(t, r.slip(), "the third in a row")
}

func TestChoice(t *testing.T) {
	s := &Set{}
	for i, c := range []struct {
		mode    Mode
		history string
		seen    uint64
		busy    int32
	}{
		{Serving, "h", 100, 2}, {Serving, "h", 100, 0}, {Serving, "h", 99, 0}, {Serving, "old", 100, 0}, {Lagging, "h", 100, 0}, {Serving, "h", 100, 3},
	} {
		r := &server{name: fmt.Sprint(i), limit: 3}
		r.state.Store(&state{mode: c.mode, history: c.history})
		r.seen.Store(c.seen)
		r.busy.Store(c.busy)
		s.servers = append(s.servers, r)
	}
	for range 2 {
		require.Equal(t, "1", s.choose("h", 100).name, "the less busy one of two that are fit")
	}
	for range 2 {
		require.NotNil(t, s.choose("h", 100))
	}
	require.Nil(t, s.choose("h", 100), "all places are taken")
	require.Nil(t, s.choose("h", 101))
	require.Equal(t, "2", s.choose("h", 99).name)
}
