package token

import (
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/tercul/tercul/write/internal/secret"
)

// RotationConfig is how long keys live.
type RotationConfig struct {
	Every time.Duration // how long a key signs
	Ahead time.Duration // how long it is published before, at least; longer than a JWKS is cached
	Keep  time.Duration // how long it verifies after; longer than a token lives and instances take to see a change
}

// Rotation says which keys move on.
type Rotation struct{ cfg RotationConfig }

// NewRotation refuses times under which a good token could not be verified.
func NewRotation(cfg RotationConfig) (Rotation, error) {
	if cfg.Ahead <= 0 || cfg.Every <= cfg.Ahead || cfg.Keep < AccessLifetime+maxLeeway {
		return Rotation{}, fmt.Errorf("token: keys have to be published before they sign, sign for longer than that, and be kept for %s after",
			AccessLifetime+maxLeeway)
	}
	return Rotation{cfg: cfg}, nil
}

// Steps are what is to be done, in this order and in one transaction.
type Steps struct {
	Retire   []string  // RETIRING to RETIRED
	Demote   string    // ACTIVE to RETIRING, until RetireAt
	RetireAt time.Time // with Demote
	Activate string    // NEXT to ACTIVE, as of now
	Create   Status    // a new key: NEXT, to be active at CreateAt; or ACTIVE, where there is no other
	CreateAt time.Time // with Create
}

// Steps looks at the keys and the time. It is applied under a lock and may be
// asked as often as one likes: what is done, it does not ask again. A key that
// became known to others is withdrawn by setting it RETIRED by hand; then the
// next one takes over at once.
func (r Rotation) Steps(keys []KeyRow, now time.Time) Steps {
	var s Steps
	var active, next *KeyRow
	for i := range keys {
		switch k := &keys[i]; k.Status {
		case Active:
			active = k
		case Next:
			if next == nil || earlier(k, next) {
				next = k
			}
		case Retiring:
			if !now.Before(k.RetireAt) {
				s.Retire = append(s.Retire, k.KID)
			}
		case Retired:
		}
	}
	slices.Sort(s.Retire)
	return r.succession(s, active, next, now)
}

func earlier(a, b *KeyRow) bool {
	return cmp.Or(a.ActivatedAt.Compare(b.ActivatedAt), cmp.Compare(a.KID, b.KID)) < 0
}

func (r Rotation) succession(s Steps, active, next *KeyRow, now time.Time) Steps {
	switch {
	case active == nil && next == nil:
		s.Create, s.CreateAt = Active, now
	case active == nil:
		s.Activate = next.KID
	case next == nil:
		if due := active.ActivatedAt.Add(r.cfg.Every); !now.Before(due.Add(-r.cfg.Ahead)) {
			s.Create, s.CreateAt = Next, latest(due, now.Add(r.cfg.Ahead))
		}
	case !now.Before(next.ActivatedAt):
		s.Demote, s.RetireAt, s.Activate = active.KID, now.Add(r.cfg.Keep), next.KID
	}
	return s
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// NewKey makes a key for storage.
func NewKey(random io.Reader, keks secret.Ring, status Status, activatedAt time.Time) (KeyRow, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return KeyRow{}, fmt.Errorf("token: no random key: %w", err)
	}
	public, ok := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if !ok {
		return KeyRow{}, errors.New("token: the key has no public part")
	}
	kid := thumbprint(public)
	sealed, err := keks.Seal(secret.New(seed), kid)
	if err != nil {
		return KeyRow{}, err
	}
	encoded, err := json.Marshal(jwkOf(kid, public))
	return KeyRow{KID: kid, PublicJWK: encoded, PrivateEnc: sealed, Status: status, ActivatedAt: activatedAt}, err
}
