package session

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/token"
)

// Database is what the keys are kept in.
type Database interface {
	BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// How long keys of access tokens live: a month at work, known to others a day
// before and for as long as its last tokens after.
var keyLives = token.RotationConfig{Every: 30 * 24 * time.Hour, Ahead: 24 * time.Hour, Keep: 15 * time.Minute}

// Keys are the keys of access tokens, as this process last read them.
type Keys struct {
	db       Database
	keks     secret.Ring
	now      func() time.Time
	rotation token.Rotation
	current  atomic.Pointer[token.KeySet]

	mu     sync.Mutex
	looked time.Time
}

// NewKeys has no keys yet: Rotate makes the first and loads.
func NewKeys(db Database, keks secret.Ring, now func() time.Time) (*Keys, error) {
	rotation, err := token.NewRotation(keyLives)
	if err != nil {
		return nil, err
	}
	k := &Keys{db: db, keks: keks, now: now, rotation: rotation}
	none, err := token.NewKeySet(nil, keks)
	k.current.Store(none)
	return k, err
}

// Current are the keys as last read.
func (k *Keys) Current() *token.KeySet { return k.current.Load() }

// Load reads the keys.
func (k *Keys) Load(ctx context.Context) error {
	rows, err := keyRows(pg.Named(ctx, "LoadKeys"), k.db)
	if err != nil {
		return err
	}
	set, err := token.NewKeySet(rows, k.keks)
	if err != nil {
		return err
	}
	k.current.Store(set)
	return nil
}

// lookAgain is the least time between two loads that unknown keys cause.
const lookAgain = time.Second

// reload reads the keys for a token whose key is unknown, and tells whether it did:
// made-up keys must not cost a statement each.
func (k *Keys) reload(ctx context.Context) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := k.now(); now.Sub(k.looked) < lookAgain {
		return false
	}
	k.looked = k.now()
	return k.Load(ctx) == nil
}

// Rotate takes the steps that are due, under a lock, and loads. Any number of
// processes may do so at any time.
func (k *Keys) Rotate(ctx context.Context) error {
	ctx = pg.Named(ctx, "RotateKeys")
	err := pgx.BeginTxFunc(ctx, k.db, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul jwt keys', 0))"); err != nil {
			return err
		}
		rows, err := keyRows(ctx, tx)
		if err != nil {
			return err
		}
		if err := k.seal(ctx, tx, rows); err != nil {
			return err
		}
		return k.apply(ctx, tx, k.rotation.Steps(rows, k.now()))
	})
	if err != nil {
		return fmt.Errorf("rotate the keys of access tokens: %w", err)
	}
	return k.Load(ctx)
}

func keyRows(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
},
) ([]token.KeyRow, error) {
	rows, err := db.Query(ctx, "SELECT kid, public_jwk, private_enc, status, activated_at, retire_at FROM auth.jwt_keys WHERE status <> 'RETIRED'")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (key token.KeyRow, err error) {
		var status string
		var retire *time.Time
		err = row.Scan(&key.KID, &key.PublicJWK, &key.PrivateEnc, &status, &key.ActivatedAt, &retire)
		key.Status = token.Status(status)
		if retire != nil {
			key.RetireAt = *retire
		}
		return key, err
	})
}

// seal gives keys that an older key of the configuration seals to the one in use.
func (k *Keys) seal(ctx context.Context, tx pgx.Tx, rows []token.KeyRow) error {
	active, ok := k.keks.Active()
	if !ok {
		return secret.ErrNoKey
	}
	for _, row := range rows {
		if by, err := secret.SealedBy(row.PrivateEnc); err == nil && by == active.ID {
			continue
		}
		seed, err := k.keks.Open(row.PrivateEnc, row.KID)
		if err != nil {
			return err
		}
		sealed, err := k.keks.Seal(seed, row.KID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE auth.jwt_keys SET private_enc = $2 WHERE kid = $1", row.KID, sealed); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keys) apply(ctx context.Context, tx pgx.Tx, s token.Steps) error {
	batch := &pgx.Batch{}
	batch.Queue("DELETE FROM auth.jwt_keys WHERE status = 'RETIRED' OR kid = ANY($1)", s.Retire)
	if s.Demote != "" {
		batch.Queue("UPDATE auth.jwt_keys SET status = 'RETIRING', retire_at = $2 WHERE kid = $1", s.Demote, s.RetireAt)
	}
	if s.Activate != "" {
		batch.Queue("UPDATE auth.jwt_keys SET status = 'ACTIVE', activated_at = $2 WHERE kid = $1", s.Activate, k.now())
	}
	if s.Create != "" {
		key, err := token.NewKey(rand.Reader, k.keks, s.Create, s.CreateAt)
		if err != nil {
			return err
		}
		batch.Queue("INSERT INTO auth.jwt_keys (kid, public_jwk, private_enc, status, activated_at) VALUES ($1, $2, $3, $4, $5)",
			key.KID, key.PublicJWK, key.PrivateEnc, string(key.Status), key.ActivatedAt)
	}
	return tx.SendBatch(ctx, batch).Close()
}
