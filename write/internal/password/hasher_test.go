package password

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"github.com/tercul/tercul/write/internal/secret"
)

const good = "juniper9 lantern brook"

func ring(t testing.TB, ids ...string) secret.Ring {
	t.Helper()
	var keys []secret.Key
	for _, id := range ids {
		keys = append(keys, secret.Key{ID: id, Secret: secret.New([]byte(strings.Repeat(id, secret.Size)[:secret.Size]))})
	}
	r, err := secret.NewRing(keys...)
	require.NoError(t, err)
	return r
}

func hasher(t testing.TB, cfg Config) *Hasher {
	t.Helper()
	if _, ok := cfg.Peppers.Active(); !ok {
		cfg.Peppers = ring(t, "p1")
	}
	h, err := New(cfg)
	require.NoError(t, err)
	return h
}

func TestHashAndVerify(t *testing.T) {
	h := hasher(t, Config{})
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	assert.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, stored.PHC)
	assert.Equal(t, "p1", stored.PepperID)

	verdict, err := h.Verify(t.Context(), good, stored)
	require.NoError(t, err)
	assert.Equal(t, Verdict{Match: true}, verdict)
	for _, wrong := range []string{"", good + " ", strings.ToUpper(good), "\xff", "tab\tin it", strings.Repeat("x", 5000)} {
		verdict, err := h.Verify(t.Context(), wrong, stored)
		require.NoError(t, err)
		assert.Equal(t, Verdict{}, verdict, "%q", wrong)
	}
	again, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	assert.NotEqual(t, stored.PHC, again.PHC, "every hash has a salt of its own")
}

// What doc.go draws, made by hand: a change of it would lock everybody out.
func TestTheConstruction(t *testing.T) {
	h := hasher(t, Config{Random: strings.NewReader(strings.Repeat("s", 32))})
	stored, err := h.Hash(t.Context(), "ｊｕｎｉｐｅｒ\u00a0cafe\u0301")
	require.NoError(t, err)
	mac := hmac.New(sha256.New, []byte(strings.Repeat("p1", 16)))
	mac.Write([]byte("juniper caf\u00e9"))
	key := argon2.IDKey(mac.Sum(nil), []byte(strings.Repeat("s", 16)), 2, 19456, 1, 32)
	assert.Equal(t, fmt.Sprintf("$argon2id$v=19$m=19456,t=2,p=1$%s$%s",
		unpadded.EncodeToString([]byte(strings.Repeat("s", 16))), unpadded.EncodeToString(key)), stored.PHC)
	for _, same := range []string{"juniper caf\u00e9", "juniper\u3000cafe\u0301"} {
		verdict, err := h.Verify(t.Context(), same, stored)
		require.NoError(t, err)
		assert.True(t, verdict.Match, "%q", same)
	}
}

func TestRehashIsDueWhenCostsOrPepperChanged(t *testing.T) {
	old, err := hasher(t, Config{}).Hash(t.Context(), good)
	require.NoError(t, err)
	for name, now := range map[string]Config{
		"memory":  {Memory: MinMemory + 1024},
		"time":    {Time: MinTime + 1},
		"threads": {Threads: MinThreads + 1},
		"pepper":  {Peppers: ring(t, "p2", "p1")},
	} {
		t.Run(name, func(t *testing.T) {
			h := hasher(t, now)
			verdict, err := h.Verify(t.Context(), good, old)
			require.NoError(t, err)
			assert.Equal(t, Verdict{Match: true, Rehash: true}, verdict)
			verdict, err = h.Verify(t.Context(), good+"!", old)
			require.NoError(t, err)
			assert.Equal(t, Verdict{}, verdict, "whoever has not the password learns nothing")
			fresh, err := h.Hash(t.Context(), good)
			require.NoError(t, err)
			verdict, err = h.Verify(t.Context(), good, fresh)
			require.NoError(t, err)
			assert.Equal(t, Verdict{Match: true}, verdict)
		})
	}
}

func TestAHashIsWorthNothingUnderAnotherPepper(t *testing.T) {
	stored, err := hasher(t, Config{}).Hash(t.Context(), good)
	require.NoError(t, err)
	other := hasher(t, Config{Peppers: ring(t, "p2")})
	_, err = other.Verify(t.Context(), good, stored)
	require.ErrorIs(t, err, ErrUnknownPepper)
	stored.PepperID = "p2"
	verdict, err := other.Verify(t.Context(), good, stored)
	require.NoError(t, err)
	assert.False(t, verdict.Match)
}

func TestNewRefuses(t *testing.T) {
	peppers := ring(t, "p")
	for name, cfg := range map[string]Config{
		"no pepper":        {},
		"too little":       {Peppers: peppers, Memory: MinMemory - 1},
		"too much":         {Peppers: peppers, Memory: MaxMemory + 1},
		"too fast":         {Peppers: peppers, Time: 1},
		"too slow":         {Peppers: peppers, Time: MaxTime + 1},
		"too many threads": {Peppers: peppers, Threads: MaxThreads + 1},
		"no salt":          {Peppers: peppers, Random: iotest.ErrReader(errors.New("no entropy"))},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := New(cfg)
			require.Error(t, err)
			assert.Nil(t, h)
		})
	}
	registry := prometheus.NewRegistry()
	_, err := New(Config{Peppers: peppers, Metrics: registry})
	require.NoError(t, err)
	_, err = New(Config{Peppers: peppers, Metrics: registry})
	require.Error(t, err, "the same metrics twice")
}

// An unknown account computes exactly what a known one does.
func TestDummyCostsWhatVerifyCosts(t *testing.T) {
	h := hasher(t, Config{Memory: MinMemory + 8, Time: 3, Threads: 2})
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	type work struct {
		costs
		input, salt int
	}
	var done []work
	h.derive = func(input, salt []byte, c costs) []byte {
		done = append(done, work{c, len(input), len(salt)})
		return make([]byte, keySize)
	}
	_, err = h.Verify(t.Context(), good, stored)
	require.NoError(t, err)
	require.NoError(t, h.Dummy(t.Context(), good))
	require.Len(t, done, 2)
	assert.Equal(t, done[0], done[1])

	_, err = h.Verify(t.Context(), "\xff", stored)
	require.NoError(t, err)
	require.NoError(t, h.Dummy(t.Context(), "\xff"))
	require.Len(t, done, 4, "also for what cannot be a password")
	assert.Equal(t, done[2], done[3])
	assert.Equal(t, done[0].costs, done[2].costs)
}

func TestHashesWaitForRoom(t *testing.T) {
	const room, callers = 2, 9
	h := hasher(t, Config{Concurrent: room, Metrics: prometheus.NewRegistry()})
	entered, leave := make(chan struct{}, callers), make(chan struct{})
	var now, most atomic.Int32
	h.derive = func(_, _ []byte, _ costs) []byte {
		n := now.Add(1)
		for seen := most.Load(); seen < n && !most.CompareAndSwap(seen, n); {
			seen = most.Load()
		}
		entered <- struct{}{}
		<-leave
		now.Add(-1)
		return make([]byte, keySize)
	}
	var all sync.WaitGroup
	for range callers {
		all.Go(func() { assert.NoError(t, h.Dummy(context.Background(), good)) })
	}
	for range room {
		<-entered
	}
	assert.InDelta(t, room, testutil.ToFloat64(h.metrics.running), 0)

	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Hash(impatient, good)
	require.ErrorIs(t, err, context.Canceled)
	assert.NotContains(t, err.Error(), good)

	close(leave)
	all.Wait()
	assert.LessOrEqual(t, most.Load(), int32(room))
	assert.InDelta(t, 0, testutil.ToFloat64(h.metrics.running), 0)
	assert.InDelta(t, 0, testutil.ToFloat64(h.metrics.waiting), 0)
}

func TestHashRefusesWhatCannotBeTyped(t *testing.T) {
	h := hasher(t, Config{})
	for _, odd := range []string{"", "\xff\xfe", "a\x00bcdefghijklmn", strings.Repeat("x", maxBytes+1)} {
		_, err := h.Hash(t.Context(), odd)
		require.ErrorIs(t, err, errNotText)
	}
	h.random = iotest.ErrReader(errors.New("no entropy"))
	_, err := h.Hash(t.Context(), good)
	require.ErrorContains(t, err, "no entropy")
}

func TestNothingOfAPasswordIsShown(t *testing.T) {
	pepper := strings.Repeat("p1", 16)
	h := hasher(t, Config{})
	stored, err := h.Hash(t.Context(), good)
	require.NoError(t, err)
	_, malformed := h.Verify(t.Context(), good, Hash{PHC: stored.PHC + "=", PepperID: "p1"})
	_, unknown := h.Verify(t.Context(), good, Hash{PHC: stored.PHC, PepperID: "p9"})
	require.ErrorIs(t, malformed, ErrMalformed)
	require.ErrorIs(t, unknown, ErrUnknownPepper)
	shown := fmt.Sprintf("%v %+v %#v %s %v %v %v %+v", stored, stored, stored, stored, malformed, unknown, h, h)
	for _, trace := range []string{pepper, fmt.Sprintf("%d", []byte(pepper)), good, "argon2id", unpadded.EncodeToString([]byte(pepper))} {
		assert.NotContains(t, shown, trace)
	}
}

func TestParsePHCRefuses(t *testing.T) {
	salt, key := strings.Repeat("A", 22), strings.Repeat("A", 43)
	valid := "$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + key
	_, err := parsePHC(valid)
	require.NoError(t, err)
	for _, bad := range []string{
		"", "$", valid + "$", "x" + valid, strings.Replace(valid, "argon2id", "argon2i", 1),
		strings.Replace(valid, "v=19", "v=16", 1), strings.Replace(valid, "m=19456", "m=019456", 1),
		strings.Replace(valid, "m=19456", "m=+19456", 1), strings.Replace(valid, "m=19456", "m=19455", 1),
		strings.Replace(valid, "m=19456", "m=1048577", 1), strings.Replace(valid, "m=19456", "m=99999999999999999999", 1),
		strings.Replace(valid, "t=2", "t=1", 1), strings.Replace(valid, "t=2", "t=65", 1),
		strings.Replace(valid, "p=1", "p=0", 1), strings.Replace(valid, "p=1", "p=17", 1), strings.Replace(valid, "p=1", "p=257", 1),
		strings.Replace(valid, "t=2,p=1", "p=1,t=2", 1), strings.Replace(valid, ",p=1", "", 1),
		valid + "=", valid[:len(valid)-1], strings.Replace(valid, salt, salt[:20], 1), valid[:len(valid)-1] + "B",
		valid[:len(valid)-10] + "\n" + valid[len(valid)-10:],
	} {
		_, err := parsePHC(bad)
		assert.ErrorIs(t, err, ErrMalformed, "%q", bad)
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$" + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43))
	f.Add("$argon2id$v=19$m=1,t=,p=$$")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := parsePHC(s)
		if err != nil {
			return
		}
		if p.encode() != s || !p.inBounds() {
			t.Fatalf("%q was read as %q", s, p.encode())
		}
	})
}
