package token

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/write/internal/secret"
)

func TestWhichKeysSignAndVerify(t *testing.T) {
	c := &clock{noon}
	a := access(t, c)
	rows := map[Status]KeyRow{
		Next: newKey(t, "n", Next), Active: newKey(t, "a", Active), Retiring: newKey(t, "r", Retiring), Retired: newKey(t, "x", Retired),
	}
	set := keySet(t, rows[Next], rows[Active], rows[Retiring], rows[Retired])
	kid, _, ok := set.signer()
	require.True(t, ok)
	assert.Equal(t, rows[Active].KID, kid)

	for status, letter := range map[Status]string{Next: "n", Active: "a", Retiring: "r", Retired: "x"} {
		raw, _, err := a.Issue(keySet(t, newKey(t, letter, Active)), grant)
		require.NoError(t, err)
		_, err = a.Verify(set, raw)
		if status == Retired {
			assert.ErrorIs(t, err, ErrUnknownKey)
			continue
		}
		assert.NoError(t, err, status)
	}

	c.now = noon.Add(time.Hour)
	raw, _, err := a.Issue(keySet(t, newKey(t, "r", Active)), grant)
	require.NoError(t, err)
	_, err = a.Verify(set, raw)
	assert.ErrorIs(t, err, ErrUnknownKey, "a set that is never loaded again does not keep a key for ever")
}

func TestJWKS(t *testing.T) {
	set := keySet(t, newKey(t, "n", Next), newKey(t, "a", Active), newKey(t, "x", Retired))
	keys := map[string]string{}
	for _, letter := range []string{"a", "n"} {
		public, ok := private(letter).Public().(ed25519.PublicKey)
		require.True(t, ok)
		kid := thumbprint(public)
		keys[kid] = fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":%q,"kid":%q,"alg":"EdDSA","use":"sig"}`,
			base64.RawURLEncoding.EncodeToString(public), kid)
	}
	var inOrder []string
	for _, kid := range slices.Sorted(maps.Keys(keys)) {
		inOrder = append(inOrder, keys[kid])
	}
	assert.Equal(t, `{"keys":[`+strings.Join(inOrder, ",")+`]}`, string(set.JWKS()))
	assert.JSONEq(t, `{"keys":[]}`, string(keySet(t).JWKS()))
}

func TestNewKeySetRefuses(t *testing.T) {
	change := func(status Status, f func(*KeyRow)) KeyRow {
		row := newKey(t, "a", status)
		f(&row)
		return row
	}
	other := newKey(t, "b", Active)
	strange, err := ring(t, "kek").Seal(secret.New([]byte("short")), newKey(t, "a", Active).KID)
	require.NoError(t, err)
	foreign, err := ring(t, "kek").Seal(secret.New([]byte(strings.Repeat("b", 32))), newKey(t, "a", Active).KID)
	require.NoError(t, err)
	for name, rows := range map[string][]KeyRow{
		"two active":      {newKey(t, "a", Active), other},
		"twice":           {newKey(t, "a", Next), newKey(t, "a", Active)},
		"other id":        {change(Active, func(r *KeyRow) { r.KID = other.KID })},
		"other private":   {change(Active, func(r *KeyRow) { r.PrivateEnc = other.PrivateEnc })},
		"foreign private": {change(Active, func(r *KeyRow) { r.PrivateEnc = foreign })},
		"short private":   {change(Active, func(r *KeyRow) { r.PrivateEnc = strange })},
		"no private":      {change(Active, func(r *KeyRow) { r.PrivateEnc = nil })},
		"no public":       {change(Next, func(r *KeyRow) { r.PublicJWK = nil })},
		"private JWK":     {change(Next, func(r *KeyRow) { r.PublicJWK = bytes.Replace(r.PublicJWK, []byte(`"use"`), []byte(`"d":"x","use"`), 1) })},
		"other curve":     {change(Next, func(r *KeyRow) { r.PublicJWK = bytes.Replace(r.PublicJWK, []byte("Ed25519"), []byte("X25519"), 1) })},
		"trailing":        {change(Next, func(r *KeyRow) { r.PublicJWK = append(r.PublicJWK, "{}"...) })},
		"no end":          {change(Retiring, func(r *KeyRow) { r.RetireAt = time.Time{} })},
		"no status":       {change("", func(*KeyRow) {})},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewKeySet(rows, ring(t, "kek"))
			assert.Error(t, err)
		})
	}
	_, err = NewKeySet([]KeyRow{newKey(t, "a", Active)}, ring(t, "kek2"))
	assert.ErrorIs(t, err, secret.ErrNoKey)
	_, err = NewKeySet([]KeyRow{newKey(t, "a", Next)}, ring(t, "kek2"))
	assert.NoError(t, err, "only the active key is unsealed")
	_, err = NewKey(iotest.ErrReader(errors.New("no entropy")), ring(t, "kek"), Next, noon)
	assert.ErrorContains(t, err, "no entropy")
	_, err = NewKey(rand.Reader, secret.Ring{}, Next, noon)
	assert.ErrorIs(t, err, secret.ErrNoKey)
}

func TestNothingOfAKeyIsShown(t *testing.T) {
	row := newKey(t, "q", Active)
	set := keySet(t, row)
	a := access(t, &clock{noon})
	raw, _, err := a.Issue(set, grant)
	require.NoError(t, err)
	_, signer, _ := set.signer()
	shown := ""
	for _, v := range []any{row, set, *set, a, *a} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			shown += fmt.Sprintf(verb, v)
		}
	}
	seed := strings.Repeat("q", 32)
	require.Contains(t, fmt.Sprint(signer), "113 113 113", "the key itself would be seen")
	for _, trace := range []string{seed, fmt.Sprintf("%x", seed), "113 113 113", "0x71, 0x71, 0x71", raw} {
		assert.False(t, strings.Contains(shown, trace), trace)
	}
	assert.NotContains(t, string(set.JWKS()), `"d"`)
}

func TestNewRotationRefuses(t *testing.T) {
	for _, cfg := range []RotationConfig{
		{}, {Every: time.Hour, Ahead: time.Hour, Keep: time.Hour}, {Every: time.Hour, Ahead: time.Minute, Keep: AccessLifetime},
	} {
		_, err := NewRotation(cfg)
		assert.Error(t, err)
	}
}

func TestRotationSteps(t *testing.T) {
	r, err := NewRotation(RotationConfig{Every: 30 * 24 * time.Hour, Ahead: 24 * time.Hour, Keep: time.Hour})
	require.NoError(t, err)
	key := func(kid string, status Status, at time.Time) KeyRow {
		return KeyRow{KID: kid, Status: status, ActivatedAt: at, RetireAt: at}
	}
	month := 30 * 24 * time.Hour
	for name, c := range map[string]struct {
		keys []KeyRow
		want Steps
	}{
		"nothing":          {nil, Steps{Create: Active, CreateAt: noon}},
		"only retired":     {[]KeyRow{key("x", Retired, noon)}, Steps{Create: Active, CreateAt: noon}},
		"young":            {[]KeyRow{key("a", Active, noon)}, Steps{}},
		"before the day":   {[]KeyRow{key("a", Active, noon.Add(24*time.Hour-month+1))}, Steps{}},
		"the day before":   {[]KeyRow{key("a", Active, noon.Add(24*time.Hour-month))}, Steps{Create: Next, CreateAt: noon.Add(24 * time.Hour)}},
		"after a long gap": {[]KeyRow{key("a", Active, noon.Add(-9*month))}, Steps{Create: Next, CreateAt: noon.Add(24 * time.Hour)}},
		"not yet":          {[]KeyRow{key("a", Active, noon), key("n", Next, noon.Add(1))}, Steps{}},
		"due":              {[]KeyRow{key("a", Active, noon), key("n", Next, noon)}, Steps{Demote: "a", RetireAt: noon.Add(time.Hour), Activate: "n"}},
		"withdrawn":        {[]KeyRow{key("a", Retired, noon), key("n", Next, noon.Add(month))}, Steps{Activate: "n"}},
		"two next":         {[]KeyRow{key("z", Next, noon), key("m", Next, noon.Add(1)), key("y", Next, noon)}, Steps{Activate: "y"}},
		"retiring ends":    {[]KeyRow{key("a", Active, noon), key("s", Retiring, noon), key("r", Retiring, noon), key("t", Retiring, noon.Add(1))}, Steps{Retire: []string{"r", "s"}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, r.Steps(c.keys, noon))
		})
	}
}

// apply does what a store does with steps.
func apply(r *rapid.T, keys []KeyRow, s Steps, keks secret.Ring) []KeyRow {
	for i := range keys {
		switch k := &keys[i]; {
		case slices.Contains(s.Retire, k.KID):
			k.Status = Retired
		case s.Demote == k.KID:
			k.Status, k.RetireAt = Retiring, s.RetireAt
		case s.Activate == k.KID:
			k.Status = Active
		}
	}
	if s.Create != "" {
		row, err := NewKey(rand.Reader, keks, s.Create, s.CreateAt)
		require.NoError(r, err)
		keys = append(keys, row)
	}
	return keys
}

// However often and seldom the rotation runs, there is one key to sign with, it was
// published in time, and no good token loses its key.
func TestRotationLosesNoToken(t *testing.T) {
	keks := ring(t, "kek")
	rapid.Check(t, func(r *rapid.T) {
		c := &clock{noon}
		a := access(t, c)
		const ahead = 2 * time.Hour
		rotation, err := NewRotation(RotationConfig{Every: 10 * time.Hour, Ahead: ahead, Keep: AccessLifetime + time.Minute})
		require.NoError(r, err)
		var keys []KeyRow
		var set *KeySet
		published := map[string]time.Time{}
		type out struct {
			raw     string
			expires time.Time
		}
		var tokens []out
		for range 15 {
			c.now = c.now.Add(time.Duration(rapid.IntRange(0, 180).Draw(r, "minutes")) * time.Minute)
			steps := rotation.Steps(keys, c.now)
			if since, ok := published[steps.Activate]; ok && c.now.Sub(since) < ahead {
				r.Fatalf("signs %s after it was published", c.now.Sub(since))
			}
			keys = apply(r, keys, steps, keks)
			for i := range keys { // the store notes when a key began to sign
				if keys[i].KID == steps.Activate {
					keys[i].ActivatedAt = c.now
				}
			}
			if again := rotation.Steps(keys, c.now); again.Activate != "" || again.Demote != "" || again.Retire != nil {
				r.Fatalf("asks again: %+v", again)
			}
			if set == nil || !reflect.ValueOf(steps).IsZero() {
				set, err = NewKeySet(keys, keks)
				require.NoError(r, err)
			}
			for _, k := range keys {
				if _, ok := published[k.KID]; !ok {
					published[k.KID] = c.now
				}
			}
			tokens = slices.DeleteFunc(tokens, func(o out) bool { return !c.now.Before(o.expires) })
			for _, o := range tokens {
				_, err := a.Verify(set, o.raw)
				require.NoError(r, err)
			}
			raw, claims, err := a.Issue(set, grant)
			require.NoError(r, err)
			tokens = append(tokens, out{raw, claims.ExpiresAt})
		}
	})
}
