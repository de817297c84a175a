package views

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/cachekey"
)

const (
	daySeconds = 24 * 60 * 60
	keySize    = 32
	// keyLasts spans the day before its own, its own, and the day after.
	keyLasts = 3 * 24 * time.Hour
)

// days are yesterday, today and tomorrow, by their keys.
type days [3][]byte

const today = 1

// dayKeys draws and remembers the keys that visitors are hashed with.
type dayKeys struct {
	redis redis.Cmdable
	space cachekey.Space

	mu   sync.Mutex
	held map[int64][]byte
}

// around are the keys around a moment. Whoever asks Redis for one first draws it.
func (k *dayKeys) around(ctx context.Context, now time.Time) (days, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	first := now.Unix()/daySeconds - 1
	for day := range k.held {
		if day < first || day > first+2 {
			delete(k.held, day)
		}
	}
	var out days
	for i := range out {
		key, err := k.of(ctx, first+int64(i))
		if err != nil {
			return out, err
		}
		out[i] = key
	}
	return out, nil
}

func (k *dayKeys) of(ctx context.Context, day int64) ([]byte, error) {
	if key, ok := k.held[day]; ok {
		return key, nil
	}
	name := k.space.Views("key:" + strconv.FormatInt(day, 10))
	if err := k.redis.SetNX(ctx, name, randomKey(), keyLasts).Err(); err != nil {
		return nil, err
	}
	key, err := k.redis.Get(ctx, name).Bytes()
	if err != nil {
		return nil, err
	}
	k.held[day] = key
	return key, nil
}

func randomKey() []byte {
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // never fails
	return key
}

// hide makes a name of some parts that nobody can read, nor find by trying. The
// parts are framed by their lengths.
func hide(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	var size [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(size[:], uint32(len(p))) //nolint:gosec // a header has kilobytes at most
		mac.Write(size[:])
		mac.Write([]byte(p))
	}
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}
