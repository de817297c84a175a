package token

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var kinds = []Kind{KindRefresh, KindEmailVerify, KindPasswordReset, KindEmailChange, KindMFALogin, KindAccountDelete}

func opaque(t testing.TB, kind Kind, letter string) Opaque {
	t.Helper()
	o, err := NewOpaque(strings.NewReader(strings.Repeat(letter, 32)), kind)
	require.NoError(t, err)
	return o
}

func TestOpaqueTokens(t *testing.T) {
	pattern := regexp.MustCompile("^(?:" + Pattern + ")$")
	for _, kind := range kinds {
		o, err := NewOpaque(nil, kind)
		require.NoError(t, err)
		text := o.Reveal()
		assert.Regexp(t, pattern, text)
		parsed, err := ParseOpaque(kind, text)
		require.NoError(t, err)
		assert.Equal(t, text, parsed.Reveal())
		sum := sha256.Sum256([]byte(text))
		assert.Equal(t, sum[:], o.Hash())
		assert.True(t, parsed.Is(sum[:]))
		other, err := NewOpaque(nil, kind)
		require.NoError(t, err)
		assert.False(t, other.Is(sum[:]))
		assert.False(t, o.Is(nil))
		for _, another := range kinds {
			if another != kind {
				_, err := ParseOpaque(another, text)
				assert.ErrorIs(t, err, ErrInvalid)
			}
		}
	}
	_, err := NewOpaque(iotest.ErrReader(errors.New("no entropy")), KindRefresh)
	assert.ErrorContains(t, err, "no entropy")
}

func TestParseOpaqueRefuses(t *testing.T) {
	good := opaque(t, KindRefresh, "\xff").Reveal()
	_, err := ParseOpaque(KindRefresh, good)
	require.NoError(t, err)
	for _, bad := range []string{
		"", "trc_r_", good + "A", good[:len(good)-1], good + "=", " " + good, strings.ToUpper(good),
		good[:len(good)-1] + "9", // the same 32 bytes, written otherwise
		strings.Replace(good, "_", "/", 3), good[:20] + "\n" + good[21:],
	} {
		_, err := ParseOpaque(KindRefresh, bad)
		assert.ErrorIs(t, err, ErrInvalid, "%q", bad)
	}
}

func TestNothingOfAnOpaqueTokenIsShown(t *testing.T) {
	o := opaque(t, KindRefresh, "q")
	encoded, err := json.Marshal(o)
	require.NoError(t, err)
	holder := struct{ private Opaque }{o}
	shown := string(encoded)
	for _, v := range []any{o, &o, holder, &holder} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			shown += fmt.Sprintf(verb, v)
		}
	}
	for _, trace := range []string{o.Reveal(), strings.Repeat("q", 32), "113 113", "71717171", "0x71, 0x71",
		base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("q", 32)))} {
		assert.NotContains(t, shown, trace)
	}
	assert.Contains(t, shown, "trc_r_[secret]")
}

func FuzzParseOpaque(f *testing.F) {
	f.Add(opaque(f, KindRefresh, "q").Reveal())
	f.Add("trc_r_")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseOpaque(KindRefresh, text)
		if err == nil && o.Reveal() != text {
			t.Fatalf("%q is not the only way to write it", text)
		}
	})
}
