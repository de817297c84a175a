package documents

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
)

// most is how many documents somebody may have registered.
const most = 1000

// Register registers a document for the caller, and answers its hash. It is checked
// ahead of the transaction.
func Register(ctx context.Context, r *command.Runner, in model.RegisterDocumentInput) (string, command.Faults, error) {
	var c Checked
	ahead := func(context.Context) error {
		checked, err := Check([]document.Entry{{Text: in.Source, Origin: "source"}})
		if err != nil {
			return err
		}
		if c = checked[0]; c.Err != nil {
			return sourceFaults(c.Err)
		}
		if c.Document.Name != in.Name {
			return command.Faults{command.Fault(apperr.UserInvalid, "name", "The operation of the document has another name.", "name", c.Document.Name)}
		}
		return nil
	}
	return command.RunAfter(ctx, r, "registerDocument", in, ahead, func(ctx context.Context, tx *command.Tx, _ model.RegisterDocumentInput) (string, error) {
		return c.Hash(), register(ctx, tx, c)
	})
}

// register enters a checked document, or finds it.
func register(ctx context.Context, tx *command.Tx, c Checked) error {
	caller := tx.Actor.UserID
	if err := tx.Lock(ctx, caller); err != nil { // the lock of their number
		return err
	}
	var there int
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM ops.documents WHERE owner_id = $1", caller).Scan(&there); err != nil {
		return err
	}
	added, err := insert(ctx, tx, c, &caller)
	switch {
	case err != nil:
		return err
	case !added:
		return again(ctx, tx, c)
	case there >= most:
		return tx.Stop(apperr.UserLimitReached, "", "You have registered 1,000 documents already.", "max", strconv.Itoa(most))
	}
	tx.Audit(uuid.Nil, 0, map[string]any{"hash": c.Hash(), "name": c.Document.Name})
	return nil
}

// again is for a document that is there already.
func again(ctx context.Context, tx *command.Tx, c Checked) error {
	var status string
	var owner *uuid.UUID
	if err := tx.QueryRow(ctx, "SELECT status, owner_id FROM ops.documents WHERE hash = $1 FOR UPDATE", c.Hash()).Scan(&status, &owner); err != nil {
		return err
	}
	mine := owner != nil && *owner == tx.Actor.UserID || tx.Actor.Role >= identity.Admin
	switch {
	case status == "BLOCKED":
		return tx.Stop(apperr.UserInvalidState, "source", "This document is blocked.", "status", status)
	case status != "DEPRECATED":
		return nil
	case !mine:
		return tx.Stop(apperr.UserInvalidState, "source", "This document is about to be retired. Whoever registered it, or an admin, can take that back.", "status", status)
	}
	tx.Audit(uuid.Nil, 0, map[string]any{"hash": c.Hash(), "name": c.Document.Name, "revived": true})
	return revive(ctx, tx, c.Hash())
}

// sourceFaults are what is wrong with a text, each with its place in it.
func sourceFaults(err error) error {
	var coded *apperr.Error
	if !errors.As(err, &coded) {
		text := err.Error()
		return command.Faults{command.Fault(apperr.UserInvalid, "source", strings.ToUpper(text[:1])+text[1:]+".")}
	}
	var faults command.Faults
	for _, e := range apperr.All(err) {
		code := apperr.UserInvalid
		if e.Code == apperr.InputLimit {
			code = apperr.UserTooLong
		}
		params := []string{"code", string(e.Code)}
		if len(e.Locations) > 0 {
			params = append(params, "line", strconv.Itoa(e.Locations[0].Line), "column", strconv.Itoa(e.Locations[0].Column))
		}
		faults = append(faults, command.Fault(code, "source", e.Message, params...))
	}
	return faults
}
