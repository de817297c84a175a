package token

import (
	"crypto"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tercul/tercul/write/internal/secret"
)

// Status is how far a key has come.
type Status string

// A key's life, in this order.
const (
	Next     Status = "NEXT"
	Active   Status = "ACTIVE"
	Retiring Status = "RETIRING"
	Retired  Status = "RETIRED"
)

// KeyRow is a key as it is stored.
type KeyRow struct {
	KID        string
	PublicJWK  []byte
	PrivateEnc []byte // sealed, bound to the KID
	Status     Status
	// ActivatedAt is when the key began to sign; of a NEXT key, when it is to.
	ActivatedAt time.Time
	// RetireAt is when a RETIRING key is not needed any more.
	RetireAt time.Time
}

// KeySet is the keys of one moment. It does not change; load another.
type KeySet struct {
	active  string
	sign    func() crypto.Signer // a function, so that no print reaches the key
	publics map[string]publicKey
	jwks    []byte
}

type publicKey struct {
	key   ed25519.PublicKey
	until time.Time // zero: no end is set
}

// NewKeySet reads the rows of the store. Only the active key is unsealed.
func NewKeySet(rows []KeyRow, keks secret.Ring) (*KeySet, error) {
	set := &KeySet{publics: map[string]publicKey{}}
	for _, row := range rows {
		if row.Status == Retired {
			continue
		}
		if err := set.add(row, keks); err != nil {
			return nil, fmt.Errorf("token: key %q: %w", row.KID, err)
		}
	}
	var err error
	set.jwks, err = set.encode()
	return set, err
}

func (s *KeySet) add(row KeyRow, keks secret.Ring) error {
	public, err := parseJWK(row.PublicJWK)
	if err != nil {
		return err
	}
	if row.KID != thumbprint(public) {
		return errors.New("its id is not the thumbprint of its public part")
	}
	if _, twice := s.publics[row.KID]; twice {
		return errors.New("is there twice")
	}
	known := publicKey{key: public}
	switch row.Status {
	case Next:
	case Active:
		if err := s.activate(row, public, keks); err != nil {
			return err
		}
	case Retiring:
		if row.RetireAt.IsZero() {
			return errors.New("is retiring without an end")
		}
		known.until = row.RetireAt
	default:
		return fmt.Errorf("unknown status %q", row.Status)
	}
	s.publics[row.KID] = known
	return nil
}

func (s *KeySet) activate(row KeyRow, public ed25519.PublicKey, keks secret.Ring) error {
	if s.active != "" {
		return errors.New("is a second active key")
	}
	seed, err := keks.Open(row.PrivateEnc, row.KID)
	if err != nil {
		return err
	}
	if len(seed.Reveal()) != ed25519.SeedSize {
		return errors.New("its private part is no seed")
	}
	private := ed25519.NewKeyFromSeed(seed.Reveal())
	if !public.Equal(private.Public()) {
		return errors.New("its two parts do not belong together")
	}
	s.active, s.sign = row.KID, func() crypto.Signer { return private }
	return nil
}

// Signs tells whether there is a key to sign with.
func (s *KeySet) Signs() bool { return s.sign != nil }

func (s *KeySet) signer() (kid string, key crypto.Signer, ok bool) {
	if s.sign == nil {
		return "", nil, false
	}
	return s.active, s.sign(), true
}

func (s *KeySet) verifier(kid string, now time.Time) (ed25519.PublicKey, bool) {
	known, ok := s.publics[kid]
	if !ok || !known.until.IsZero() && !now.Before(known.until) {
		return nil, false
	}
	return known.key, true
}

// JWKS is the public keys as RFC 7517 has them, to be published. It is not to be
// changed.
func (s *KeySet) JWKS() []byte { return s.jwks }

func (s *KeySet) encode() ([]byte, error) {
	keys := make([]jwk, 0, len(s.publics))
	for kid, public := range s.publics {
		keys = append(keys, jwkOf(kid, public.key))
	}
	slices.SortFunc(keys, func(a, b jwk) int { return strings.Compare(a.KeyID, b.KeyID) })
	return json.Marshal(map[string][]jwk{"keys": keys})
}
