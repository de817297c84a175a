package expression

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
	"github.com/tercul/tercul/write/internal/publicid"
)

// State is what commands ask of an expression before they change it.
type State struct {
	ID             publicid.ID
	Work           uuid.UUID
	Kind           string
	Language       string
	Form           string
	LiteratureType string
	Completeness   string
	Status         string
	Version        int
	Revision       int // of its text; 0 without one
	Lines          int
	Hash           []byte
	Deleted        *time.Time
	Claimants      []uuid.UUID // accounts that have claimed one of its translators
	New            bool        // made by this command
	Visible        bool        // to everybody, or to the caller as its maker or translator
}

// Hold locks an expression with its work, reads its state, and asks the
// operation's rule about it where there is one. Deleted ones are not found.
func Hold(ctx context.Context, tx *command.Tx, field string, id publicid.ID) (*State, error) {
	s, err := HoldDeleted(ctx, tx, field, id)
	if err != nil {
		return s, err
	}
	if s.Deleted != nil {
		return s, tx.NotFound(field)
	}
	if !tx.Operation.Object.Set() {
		return s, nil
	}
	return s, tx.Allow(field, policy.Object{Public: s.Visible, Claimants: s.Claimants})
}

// HoldDeleted is Hold for who restores. It asks no rule.
func HoldDeleted(ctx context.Context, tx *command.Tx, field string, id publicid.ID) (*State, error) {
	s := &State{ID: id}
	found, err := tx.One(ctx, []any{&s.Work}, "SELECT work_id FROM core.expressions WHERE id = $1", id.UUID)
	if err != nil {
		return s, err
	}
	if !found {
		return s, tx.NotFound(field)
	}
	work := s.Work
	if err := tx.Lock(ctx, work, id.UUID); err != nil {
		return s, err
	}
	if err := s.read(ctx, tx); err != nil || s.Work == work {
		return s, err
	}
	return s, tx.Lock(ctx, s.Work) // its work was merged into another while we waited
}

func (s *State) read(ctx context.Context, tx *command.Tx) error {
	var maker *uuid.UUID
	err := tx.QueryRow(ctx, `SELECT e.work_id, e.expression_kind, e.language, coalesce(e.form, ''), w.literature_type, e.completeness, e.status,
			e.version, e.text_revision, e.line_count, e.content_hash, e.deleted_at, e.created_by,
			EXISTS (SELECT FROM view.expression v WHERE v.id = e.id)
		FROM core.expressions e JOIN core.works w ON w.id = e.work_id WHERE e.id = $1`, s.ID.UUID).
		Scan(&s.Work, &s.Kind, &s.Language, &s.Form, &s.LiteratureType, &s.Completeness, &s.Status,
			&s.Version, &s.Revision, &s.Lines, &s.Hash, &s.Deleted, &maker, &s.Visible)
	if err != nil {
		return err
	}
	if s.Claimants, err = Claimants(ctx, tx, s.ID.UUID); err != nil {
		return err
	}
	s.Visible = s.Visible || maker != nil && *maker == tx.Actor.UserID || s.ClaimedBy(tx.Actor)
	return nil
}

// Claimants are the accounts that have claimed one of an expression's translators.
func Claimants(ctx context.Context, db command.Reader, id uuid.UUID) (accounts []uuid.UUID, err error) {
	err = db.QueryRow(ctx, `SELECT ARRAY(SELECT p.claimed_by FROM core.expression_contributors c JOIN core.persons p ON p.id = c.person_id
		WHERE c.expression_id = $1 AND c.role = 'TRANSLATOR' AND p.claimed_by IS NOT NULL AND p.deleted_at IS NULL)`, id).Scan(&accounts)
	return accounts, err
}

// Trusted tells whether the caller sees more of an expression than everybody: an
// editor does, and while it is not deleted its maker and its translator.
func Trusted(ctx context.Context, db command.Reader, id uuid.UUID) (bool, error) {
	a := identity.From(ctx)
	if !a.SignedIn() || a.Role >= identity.Editor {
		return a.Role >= identity.Editor, nil
	}
	claimants, err := Claimants(ctx, db, id)
	if err != nil {
		return false, err
	}
	var mine bool
	err = db.QueryRow(ctx, "SELECT EXISTS (SELECT FROM core.expressions WHERE id = $1 AND deleted_at IS NULL AND (created_by = $2 OR $3))",
		id, a.UserID, slices.Contains(claimants, a.UserID)).Scan(&mine)
	return mine, err
}

// Seen tells whether the caller sees an expression: everybody does, or Trusted.
func Seen(ctx context.Context, db command.Reader, id uuid.UUID) (bool, error) {
	if trusted, err := Trusted(ctx, db, id); err != nil || trusted {
		return trusted, err
	}
	var public bool
	err := db.QueryRow(ctx, "SELECT EXISTS (SELECT FROM view.expression WHERE id = $1)", id).Scan(&public)
	return public, err
}

// ClaimedBy tells whether the actor has claimed one of the translators.
func (s *State) ClaimedBy(a *identity.Actor) bool {
	return a.SignedIn() && slices.Contains(s.Claimants, a.UserID)
}

// AtRevision compares the revision of the text that the caller saw with the one
// there is.
func (s *State) AtRevision(tx *command.Tx, field string, expected int) error {
	if expected == s.Revision {
		return nil
	}
	return tx.Stop(apperr.UserStaleRevision, field, "The text was changed since you read it. Read it again and repeat your change.",
		"current", strconv.Itoa(s.Revision))
}

// Changed raises the version, writes the history and notes the audit.
func (s *State) Changed(ctx context.Context, tx *command.Tx, message string, detail any) (publicid.ID, error) {
	return s.Change(ctx, tx, &command.Set{}, message, detail)
}

// Change is Changed with what changes in the row.
func (s *State) Change(ctx context.Context, tx *command.Tx, set *command.Set, message string, detail any) (publicid.ID, error) {
	var err error
	if s.Version, err = set.Raise(ctx, tx, "core.expressions", s.ID.UUID); err != nil {
		return s.ID, err
	}
	tx.Audit(s.ID.UUID, s.Version, detail)
	return s.ID, tx.Revise(ctx, s.ID, s.Version, message)
}
