package documents

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/policy"
)

// Notice is how long clients have at least before a document ends.
const Notice = 30 * 24 * time.Hour

// farthest is how many years ahead a document may end.
const farthest = 10

// Retire sets the end of a document, or stops it at once, and answers its hash.
func Retire(ctx context.Context, tx *command.Tx, in model.RetireDocumentInput) (string, error) {
	hash := strings.TrimPrefix(in.Hash, "sha256:")
	var owner uuid.UUID
	var status string
	found, err := tx.One(ctx, []any{&owner, &status}, `SELECT coalesce(owner_id, '00000000-0000-0000-0000-000000000000'), status
		FROM ops.documents WHERE hash = $1 FOR UPDATE`, hash)
	if err != nil {
		return hash, err
	}
	if !found {
		return hash, tx.NotFound("hash")
	}
	if err := tx.Allow("hash", policy.Object{Owner: owner, Public: true}); err != nil {
		return hash, err
	}
	if in.Block {
		checkBlock(tx, in)
	} else {
		checkSunset(tx, in, hash, status)
	}
	if tx.Faulty() {
		return hash, tx.Faults()
	}
	next := "DEPRECATED"
	if in.Block {
		next = "BLOCKED"
	}
	_, err = tx.Exec(ctx, `UPDATE ops.documents SET status = $2, sunset_at = $3, deprecated_at = CASE $2 WHEN 'DEPRECATED' THEN coalesce(deprecated_at, $4) END
		WHERE hash = $1`, hash, next, in.SunsetAt, tx.Now)
	tx.Audit(uuid.Nil, 0, map[string]any{"hash": hash, "status": next, "sunsetAt": in.SunsetAt})
	return hash, err
}

func checkBlock(tx *command.Tx, in model.RetireDocumentInput) {
	if tx.Actor.Role < identity.Admin {
		tx.Fault(apperr.UserForbidden, "block", "Only an admin may stop a document at once.")
	}
	if in.SunsetAt != nil {
		tx.Fault(apperr.UserInvalid, "sunsetAt", "What is stopped at once has no other end.")
	}
}

func checkSunset(tx *command.Tx, in model.RetireDocumentInput, hash, status string) {
	switch at := in.SunsetAt; {
	case at == nil:
		tx.Fault(apperr.UserBlank, "sunsetAt", "It must not be empty.")
	case at.Before(tx.Now.Add(Notice)):
		tx.Fault(apperr.UserInvalid, "sunsetAt", "It must lie at least 30 days ahead: clients need the time.", "min", tx.Now.Add(Notice).UTC().Format(time.RFC3339))
	case at.After(tx.Now.AddDate(farthest, 0, 0)):
		tx.Fault(apperr.UserInvalid, "sunsetAt", "It may lie at most ten years ahead.")
	}
	switch {
	case status == "BLOCKED":
		tx.Fault(apperr.UserInvalidState, "hash", "It is blocked.", "status", status)
	case IsShipped(hash):
		tx.Fault(apperr.UserInvalidState, "hash", "It comes with the service, and is retired by a release.")
	}
}
