package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/write/internal/secret"
)

const canary = "canary-canary-canary-canary-0123" // 32 bytes

func key(id, content string) secret.Key {
	return secret.Key{ID: id, Secret: secret.New([]byte(content))}
}

// shown is every way in which a value may come to light.
func shown(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	encoded, err := json.Marshal(v)
	require.NoError(t, err)
	out.Write(encoded)
	slog.New(slog.NewTextHandler(&out, nil)).Info("slog", "v", v)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("slog", "v", v)
	log := zerolog.New(&out)
	log.Info().Interface("v", v).Str("s", fmt.Sprint(v)).Send()
	return out.String()
}

func hides(t *testing.T, v any) {
	t.Helper()
	out := shown(t, v)
	for _, trace := range []string{
		canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("%d", []byte(canary)),
		base64.StdEncoding.EncodeToString([]byte(canary)), "0x63, 0x61",
	} {
		assert.NotContains(t, out, trace)
	}
}

func TestASecretIsNotShown(t *testing.T) {
	s := secret.New([]byte(canary))
	ring, err := secret.NewRing(key("a", canary))
	require.NoError(t, err)
	hides(t, s)
	hides(t, &s)
	hides(t, ring)
	hides(t, struct{ Public secret.Secret }{s})
	hides(t, struct{ private secret.Secret }{s})
	hides(t, struct{ private *secret.Ring }{&ring})
	hides(t, map[string]secret.Key{"k": key("a", canary)})
	assert.Equal(t, "[secret]", s.String())
	assert.Equal(t, canary, string(s.Reveal()))
	assert.Nil(t, secret.Secret{}.Reveal())
	assert.Equal(t, "[secret]", fmt.Sprint(secret.Secret{}))
}

func TestASecretIsACopy(t *testing.T) {
	given := []byte(canary)
	s := secret.New(given)
	given[0] = 'X'
	assert.Equal(t, canary, string(s.Reveal()))
}

func TestRingFromConfiguration(t *testing.T) {
	type cfg struct {
		Keys secret.Ring `env:"KEYS" secret:"true" validate:"required" desc:"Keys."`
	}
	old := base64.StdEncoding.EncodeToString([]byte(canary))
	fresh := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, secret.Size))
	got, err := config.Load[cfg](map[string]string{"KEYS": "2026:" + fresh + ", 2025:" + old})
	require.NoError(t, err)
	active, ok := got.Keys.Active()
	require.True(t, ok)
	assert.Equal(t, "2026", active.ID)
	found, ok := got.Keys.Find("2025")
	require.True(t, ok)
	assert.Equal(t, canary, string(found.Reveal()))
	assert.Len(t, got.Keys.Keys(), 2)
	_, ok = got.Keys.Find("2024")
	assert.False(t, ok)
	hides(t, got)

	for name, text := range map[string]string{
		"no id":     canary,
		"bad id":    canary + canary + ":" + old,
		"no base64": "a:" + canary,
		"short":     "a:" + old[:20],
		"twice":     "a:" + old + ",a:" + old,
		"trailing":  "a:" + old + ",",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load[cfg](map[string]string{"KEYS": text})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), canary)
			assert.NotContains(t, err.Error(), old[:20])
		})
	}
	_, ok = secret.Ring{}.Active()
	assert.False(t, ok)
	_, err = secret.NewRing()
	assert.Error(t, err)
}

func TestSealAndOpen(t *testing.T) {
	old, err := secret.NewRing(key("old", canary))
	require.NoError(t, err)
	both, err := secret.NewRing(key("new", strings.Repeat("n", secret.Size)), key("old", canary))
	require.NoError(t, err)

	sealed, err := old.Seal(secret.New([]byte("content")), "row 1")
	require.NoError(t, err)
	assert.NotContains(t, string(sealed), "content")
	by, err := secret.SealedBy(sealed)
	require.NoError(t, err)
	assert.Equal(t, "old", by)

	opened, err := both.Open(sealed, "row 1")
	require.NoError(t, err)
	assert.Equal(t, "content", string(opened.Reveal()))

	again, err := old.Seal(secret.New([]byte("content")), "row 1")
	require.NoError(t, err)
	assert.NotEqual(t, sealed, again, "every sealing has a nonce of its own")

	_, err = both.Open(sealed, "row 2")
	require.ErrorIs(t, err, secret.ErrNotGenuine, "a value moved to another row")
	fresh, err := both.Seal(secret.New([]byte("content")), "row 1")
	require.NoError(t, err)
	_, err = old.Open(fresh, "row 1")
	require.ErrorIs(t, err, secret.ErrNoKey)
	_, err = secret.Ring{}.Seal(opened, "row 1")
	require.ErrorIs(t, err, secret.ErrNoKey)
}

func TestASealedValueThatWasChangedDoesNotOpen(t *testing.T) {
	ring, err := secret.NewRing(key("k", canary))
	require.NoError(t, err)
	sealed, err := ring.Seal(secret.New([]byte("content")), "row")
	require.NoError(t, err)
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			_, err := ring.Open(changed, "row")
			assert.Error(t, err, "byte %d", i)
		}
		_, err := ring.Open(sealed[:i], "row")
		assert.Error(t, err, "cut at %d", i)
	}
}

func FuzzOpen(f *testing.F) {
	ring, err := secret.NewRing(key("k", canary))
	require.NoError(f, err)
	sealed, err := ring.Seal(secret.New([]byte("content")), "row")
	require.NoError(f, err)
	f.Add(sealed)
	f.Add([]byte{1, 'k', 0})
	f.Add([]byte{1, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		opened, err := ring.Open(b, "row")
		if err == nil && string(opened.Reveal()) != "content" {
			t.Fatal("opened what was never sealed")
		}
	})
}

func FuzzRing(f *testing.F) {
	f.Add("a:" + base64.StdEncoding.EncodeToString([]byte(canary)))
	f.Add("a:,b:")
	f.Fuzz(func(t *testing.T, text string) {
		var ring secret.Ring
		if ring.UnmarshalText([]byte(text)) != nil {
			if len(ring.Keys()) != 0 {
				t.Fatal("a fault left keys behind")
			}
			return
		}
		for _, k := range ring.Keys() {
			if len(k.Secret.Reveal()) != secret.Size {
				t.Fatal("a key of the wrong length")
			}
		}
	})
}
