package contribution

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// outcome is what a proposal comes to.
type outcome struct {
	id             publicid.ID
	version        int
	base, proposed []byte // descriptions; nil where there is none
}

// perform runs the commands of a proposal, all or none. The faults name the fields
// of the patch.
func (p *proposal) perform(ctx context.Context, tx *command.Tx, cause command.Cause) (o outcome, faults command.Faults, err error) {
	at := p.steps[0].operation
	faults, err = tx.Nested(ctx, cause, func(tx *command.Tx) (err error) {
		if p.edits() {
			if o.base, err = command.Snapshot(ctx, tx, p.target()); err != nil {
				return err
			}
		}
		for i, s := range p.steps {
			at = s.operation
			if err := tx.As(s.operation); err != nil {
				return err
			}
			if o.id, err = s.run(ctx, tx, i); err != nil {
				return err
			}
		}
		if o.proposed, err = command.Snapshot(ctx, tx, o.id); err != nil {
			return err
		}
		return versionOf(ctx, tx, o.id, &o.version)
	})
	for i, f := range faults {
		faults[i].Field = slices.Concat([]string{"patch", at}, f.Field)
	}
	return o, faults, err
}

var tables = map[string]string{"WORK": "core.works", "EXPRESSION": "core.expressions", "PERSON": "core.persons", "ALIGNMENT": "core.alignments"}

func versionOf(ctx context.Context, db command.Reader, id publicid.ID, version *int) error {
	return db.QueryRow(ctx, "SELECT version FROM "+tables[id.Kind]+" WHERE id = $1", id.UUID).Scan(version)
}

// try tells what a proposal would come to, and notes its faults.
func (p *proposal) try(ctx context.Context, tx *command.Tx, cause command.Cause) (outcome, error) {
	if err := p.permitted(ctx, tx); err != nil || tx.Faulty() {
		return outcome{}, orFaults(tx, err)
	}
	cause.Trial = true
	o, faults, err := p.perform(ctx, tx, cause)
	if err != nil {
		return o, err
	}
	for _, f := range faults {
		if p.direct {
			f.Field = f.Field[2:]
		}
		tx.Fault(f.Code, strings.Join(f.Field, "."), f.Message, pairs(f.Params)...)
	}
	return o, tx.Faults()
}

func pairs(params map[string]string) (out []string) {
	for name, value := range params {
		out = append(out, name, value)
	}
	return out
}

// permitted notes what the author of a proposal may not see, and what is for editors
// alone: the commands will run with an editor's rights.
func (p *proposal) permitted(ctx context.Context, tx *command.Tx) error {
	if p.quality && tx.Actor.Role < identity.Editor {
		tx.Fault(apperr.UserForbidden, p.field("updateTranslation", "patch.quality"), "Editors say how well a text was proofread.")
	}
	for _, s := range p.steps {
		for _, n := range s.sees {
			field := p.field(s.operation, n.field)
			seen, err := sees(ctx, tx, n.id)
			if err != nil {
				return err
			}
			if !seen {
				tx.Fault(apperr.UserNotFound, field, "There is no such thing, or you may not see it.")
			} else if s.kind == model.ContributionTypeEditText {
				if err := readsAll(ctx, tx, field, n.id); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// sees tells whether the caller sees an object: everybody does, or an editor or its
// maker.
func sees(ctx context.Context, tx *command.Tx, id publicid.ID) (seen bool, err error) {
	if id.Kind == "EXPRESSION" {
		return expression.Seen(ctx, tx, id.UUID)
	}
	if tx.Actor.Role >= identity.Editor {
		return true, nil
	}
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM view.subject WHERE id = $1) OR EXISTS (SELECT FROM "+tables[id.Kind]+
		" WHERE id = $1 AND created_by = $2 AND deleted_at IS NULL)", id.UUID, tx.Caller()).Scan(&seen)
	return seen, err
}

// readsAll holds that whoever proposes another text can read the whole of the one
// there is.
func readsAll(ctx context.Context, tx *command.Tx, field string, id publicid.ID) error {
	whole, err := wholeTextSeen(ctx, tx, id.UUID)
	if err == nil && !whole {
		tx.Fault(apperr.UserForbidden, field, "You cannot read the whole of this text, whose rights do not allow it.")
	}
	return err
}

// wholeTextSeen tells whether the caller may read a text to its end.
func wholeTextSeen(ctx context.Context, db command.Reader, id uuid.UUID) (bool, error) {
	trusted, err := expression.Trusted(ctx, db, id)
	if err != nil || trusted {
		return trusted, err
	}
	var whole bool
	err = db.QueryRow(ctx, `SELECT coalesce((SELECT e.line_count = (SELECT count(*) FROM view.text_line l WHERE l.expression_id = e.id)
		FROM view.expression e WHERE e.id = $1), false)`, id).Scan(&whole)
	return whole, err
}

func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
