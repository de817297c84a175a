package command

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tercul/tercul/shared/apperr"
)

// keyLives is how long a key is remembered.
const keyLives = 24 * time.Hour

type idempotencyKey struct{}

// WithIdempotencyKey puts the header of that name into the context.
func WithIdempotencyKey(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, idempotencyKey{}, key)
}

// idempotency is a key in use by this transaction.
type idempotency struct {
	principal, key string
}

var errKeyReused = apperr.New(apperr.IdempotencyConflict,
	"This Idempotency-Key was used before with another request. Use a new one.").WithField("Idempotency-Key")

// remember takes the key of the request for this transaction, or finds what a
// former one with the same key and the same input came to: then the command is not
// run again, but what it changed is announced once more: nobody may have done so, or
// the answer with the number may have been lost. Of two at the same moment the second waits here for the first.
func (tx *Tx) remember(ctx context.Context, in, out any) (done news, err error) {
	key, _ := ctx.Value(idempotencyKey{}).(string)
	if key == "" || !tx.Operation.Creates {
		return done, nil
	}
	hash, err := tx.hash(in)
	if err != nil {
		return done, err
	}
	who := tx.Actor.Principal()
	if _, err := tx.Exec(ctx, "DELETE FROM ops.idempotency_keys WHERE principal = $1 AND key = $2 AND expires_at <= $3", who, key, tx.Now); err != nil {
		return done, err
	}
	taken, err := tx.Exec(ctx, `INSERT INTO ops.idempotency_keys (principal, key, request_hash, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (principal, key) DO NOTHING`, who, key, hash, tx.Now.Add(keyLives))
	if err != nil {
		return done, err
	}
	if taken.RowsAffected() == 1 {
		tx.key = &idempotency{who, key}
		return done, nil
	}
	var before, outcome []byte
	var xid string
	if err := tx.QueryRow(ctx, "SELECT request_hash, outcome, xid::text FROM ops.idempotency_keys WHERE principal = $1 AND key = $2", who, key).
		Scan(&before, &outcome, &xid); err != nil {
		return done, err
	}
	if !bytes.Equal(before, hash) {
		return done, errKeyReused
	}
	if err := json.Unmarshal(outcome, out); err != nil {
		return done, err
	}
	return tx.repeats(ctx, xid)
}

// settle keeps the outcome with the key, in the transaction of the change.
func (tx *Tx) settle(ctx context.Context, outcome any) error {
	if tx.key == nil {
		return nil
	}
	text, err := json.Marshal(outcome)
	if err != nil {
		return fmt.Errorf("the outcome of %s: %w", tx.Operation.Name, err)
	}
	_, err = tx.Exec(ctx, "UPDATE ops.idempotency_keys SET outcome = $3 WHERE principal = $1 AND key = $2", tx.key.principal, tx.key.key, text)
	return err
}

func (tx *Tx) hash(in any) ([]byte, error) {
	text, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("the input of %s: %w", tx.Operation.Name, err)
	}
	sum := sha256.Sum256(append([]byte(tx.Operation.Name+"\x00"), text...))
	return sum[:], nil
}
