package token

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/secret"
)

const (
	grace    = 10 * time.Second
	lifetime = 30 * 24 * time.Hour
)

func refresh(t testing.TB, keys secret.Ring) *Refresh {
	t.Helper()
	r, err := NewRefresh(RefreshConfig{Lifetime: lifetime, Keys: keys})
	require.NoError(t, err)
	return r
}

func TestDecide(t *testing.T) {
	r := refresh(t, ring(t, "k"))
	far := noon.Add(90 * 24 * time.Hour)
	unused := RefreshState{ExpiresAt: noon.Add(1), SessionExpiresAt: far}
	used := RefreshState{ExpiresAt: noon.Add(1), SessionExpiresAt: far, UsedAt: noon.Add(-grace + 1), GraceUntil: noon.Add(1)}
	with := func(s RefreshState, change func(*RefreshState)) RefreshState {
		change(&s)
		return s
	}
	for name, c := range map[string]struct {
		state RefreshState
		want  Outcome
	}{
		"unused":                 {unused, Rotate},
		"at its end":             {with(unused, func(s *RefreshState) { s.ExpiresAt = noon }), Expired},
		"session revoked":        {with(unused, func(s *RefreshState) { s.SessionRevoked = true }), Expired},
		"session at its end":     {with(unused, func(s *RefreshState) { s.SessionExpiresAt = noon }), Expired},
		"answer lost":            {used, Grace},
		"answer lost, expired":   {with(used, func(s *RefreshState) { s.ExpiresAt = noon }), Grace},
		"grace at its end":       {with(used, func(s *RefreshState) { s.GraceUntil = noon }), Reuse},
		"answer was had":         {with(used, func(s *RefreshState) { s.SuccessorUsed = true }), Reuse},
		"long ago":               {with(used, func(s *RefreshState) { s.GraceUntil, s.ExpiresAt = noon.Add(-lifetime), noon.Add(-lifetime) }), Reuse},
		"used, session revoked":  {with(used, func(s *RefreshState) { s.SessionRevoked = true }), Expired},
		"reused, session ended":  {with(used, func(s *RefreshState) { s.GraceUntil, s.SessionExpiresAt = noon, noon }), Expired},
		"reused, session killed": {with(used, func(s *RefreshState) { s.GraceUntil, s.SessionRevoked = noon, true }), Expired},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.Decide(c.state, noon)
			assert.Equal(t, c.want, got.Outcome)
			if c.want != Rotate {
				assert.Equal(t, Decision{Outcome: c.want}, got)
			}
		})
	}
	assert.Equal(t, Decision{Outcome: Rotate, UsedAt: noon, GraceUntil: noon.Add(grace), ExpiresAt: noon.Add(lifetime)}, r.Decide(unused, noon))
	short := with(unused, func(s *RefreshState) { s.SessionExpiresAt = noon.Add(time.Hour) })
	assert.Equal(t, noon.Add(time.Hour), r.Decide(short, noon).ExpiresAt, "no token outlives its session")
}

func TestSuccessors(t *testing.T) {
	old, both := refresh(t, ring(t, "old")), refresh(t, ring(t, "new", "old"))
	token := opaque(t, KindRefresh, "q")
	next := old.Successor(token)
	assert.Equal(t, next.Reveal(), old.Successor(token).Reveal(), "the very same")
	parsed, err := ParseOpaque(KindRefresh, next.Reveal())
	require.NoError(t, err)
	assert.True(t, parsed.Is(next.Hash()))
	assert.NotEqual(t, next.Reveal(), both.Successor(token).Reveal())
	assert.NotEqual(t, next.Reveal(), old.Successor(next).Reveal())

	again, ok := both.Again(token, next.Hash())
	require.True(t, ok, "the key was changed between the two")
	assert.Equal(t, next.Reveal(), again.Reveal())
	_, ok = refresh(t, ring(t, "new")).Again(token, next.Hash())
	assert.False(t, ok)
	_, ok = both.Again(opaque(t, KindRefresh, "z"), next.Hash())
	assert.False(t, ok)
}

func TestNewRefreshRefuses(t *testing.T) {
	for _, cfg := range []RefreshConfig{
		{Lifetime: lifetime}, {Keys: ring(t, "k")}, {Keys: ring(t, "k"), Lifetime: lifetime, Grace: -1},
		{Keys: ring(t, "k"), Lifetime: lifetime, Grace: time.Hour}, {Keys: ring(t, "k"), Lifetime: grace},
	} {
		_, err := NewRefresh(cfg)
		assert.Error(t, err)
	}
}

// family is what a store has of one session, with the constraints of its tables.
type family struct {
	r       *rapid.T
	rules   *Refresh
	now     time.Time
	revoked bool
	rows    map[string]*row // by hash
}

type row struct {
	state     RefreshState
	successor *row
	hash      []byte
}

func newFamily(r *rapid.T, rules *Refresh, first Opaque) *family {
	f := &family{r: r, rules: rules, now: noon, rows: map[string]*row{}}
	f.rows[string(first.Hash())] = &row{hash: first.Hash(), state: RefreshState{ExpiresAt: noon.Add(lifetime)}}
	return f
}

// read is the first half of a request: what its transaction saw.
func (f *family) read(o Opaque) (*row, RefreshState) {
	found := f.rows[string(o.Hash())]
	if found == nil {
		f.r.Fatal("a token that was never given out")
	}
	s := found.state
	s.SessionRevoked, s.SessionExpiresAt = f.revoked, noon.Add(10*lifetime)
	s.SuccessorUsed = found.successor != nil && !found.successor.state.UsedAt.IsZero()
	return found, s
}

// commit is the second half: it stores only if the row is still what was read.
func (f *family) commit(o Opaque, found *row, seen RefreshState) (answer Opaque, outcome Outcome, stored bool) {
	_, current := f.read(o)
	if current != seen {
		return Opaque{}, "", false
	}
	d := f.rules.Decide(seen, f.now)
	switch d.Outcome {
	case Rotate:
		answer = f.rules.Successor(o)
		if found.successor != nil {
			f.r.Fatal("a second successor")
		}
		found.state.UsedAt, found.state.GraceUntil = d.UsedAt, d.GraceUntil
		found.successor = &row{hash: answer.Hash(), state: RefreshState{ExpiresAt: d.ExpiresAt}}
		f.rows[string(answer.Hash())] = found.successor
	case Grace:
		again, ok := f.rules.Again(o, found.successor.hash)
		if !ok {
			f.r.Fatal("the successor is not found again")
		}
		answer = again
	case Reuse:
		f.revoked = true
	case Expired:
	}
	if live := f.live(); len(live) > 1 {
		f.r.Fatalf("%d live tokens", len(live))
	}
	return answer, d.Outcome, true
}

// live are the tokens that would be rotated.
func (f *family) live() []*row {
	var live []*row
	for _, x := range f.rows {
		if !f.revoked && x.state.UsedAt.IsZero() && f.now.Before(x.state.ExpiresAt) {
			live = append(live, x)
		}
	}
	return live
}

// Any number of requests with one token, in any order, each between any two steps
// of another, all within the grace: everybody has the one live token.
func TestConcurrentRefreshesKeepOneFamilyAlive(t *testing.T) {
	rules := refresh(t, ring(t, "k"))
	rapid.Check(t, func(r *rapid.T) {
		first := opaque(t, KindRefresh, "q")
		f := newFamily(r, rules, first)
		type request struct {
			row  *row
			seen RefreshState
			read bool
		}
		pending := make([]*request, rapid.IntRange(1, 8).Draw(r, "requests"))
		for i := range pending {
			pending[i] = &request{}
		}
		left := grace - time.Millisecond
		outcomes := map[Outcome]int{}
		answers := map[string]bool{}
		for len(pending) > 0 {
			if pause := time.Duration(rapid.Int64Range(0, int64(left)).Draw(r, "pause")); rapid.Bool().Draw(r, "waits") {
				f.now, left = f.now.Add(pause), left-pause
			}
			i := rapid.IntRange(0, len(pending)-1).Draw(r, "whose turn")
			req := pending[i]
			if !req.read {
				req.row, req.seen = f.read(first)
				req.read = true
				continue
			}
			answer, outcome, stored := f.commit(first, req.row, req.seen)
			if !stored { // somebody was faster: once more from the start
				req.read = false
				continue
			}
			outcomes[outcome]++
			answers[answer.Reveal()] = true
			pending = append(pending[:i], pending[i+1:]...)
		}
		require.False(r, f.revoked)
		assert.Equal(r, 1, outcomes[Rotate], outcomes)
		assert.Zero(r, outcomes[Reuse]+outcomes[Expired], outcomes)
		require.Len(r, answers, 1)
		live := f.live()
		require.Len(r, live, 1)
		assert.True(r, answers[rules.Successor(first).Reveal()])
		assert.Equal(r, rules.Successor(first).Hash(), live[0].hash)
	})
}

// Whoever presents whatever token at whatever time: there is never more than one
// live token, a token answered by a successor is never answered by another, and a
// reuse leaves none.
func TestAnyPresentationOfAnyToken(t *testing.T) {
	rules := refresh(t, ring(t, "k"))
	rapid.Check(t, func(r *rapid.T) {
		known := []Opaque{opaque(t, KindRefresh, "q")}
		f := newFamily(r, rules, known[0])
		for range rapid.IntRange(1, 30).Draw(r, "requests") {
			f.now = f.now.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, 9, 10, 11, 600, 3_000_000}).Draw(r, "seconds")) * time.Second)
			token := known[rapid.IntRange(0, len(known)-1).Draw(r, "token")]
			found, seen := f.read(token)
			wasLive := len(f.live())
			answer, outcome, _ := f.commit(token, found, seen)
			switch outcome {
			case Rotate:
				known = append(known, answer)
				fallthrough
			case Grace:
				require.Equal(r, rules.Successor(token).Reveal(), answer.Reveal())
				require.Len(r, f.live(), 1)
			case Reuse:
				require.Empty(r, f.live())
				require.False(r, seen.UsedAt.IsZero())
				require.True(r, seen.SuccessorUsed || f.now.Sub(seen.UsedAt) >= grace)
			case Expired:
				require.Len(r, f.live(), wasLive)
			}
		}
	})
}
