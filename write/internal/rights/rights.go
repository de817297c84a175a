// Package rights holds the command that states rights. What may be read follows
// from them: opening a text asks for more than the role (command.Tx.Sensitive).
package rights

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/expression"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// Key names a statement of rights.
type Key struct {
	Subject      publicid.ID `json:"subject"`
	Jurisdiction string      `json:"jurisdiction"`
}

// Set states the rights in a work or a text.
func Set(ctx context.Context, tx *command.Tx, in model.SetRightsInput) (Key, error) {
	key := Key{in.SubjectID, in.Rights.Jurisdiction}
	if err := hold(ctx, tx, in.SubjectID); err != nil {
		return key, err
	}
	if err := State(ctx, tx, in.SubjectID, "rights", in.Rights); err != nil {
		return key, err
	}
	tx.Audit(in.SubjectID.UUID, 0, in.Rights)
	return key, nil
}

// hold locks what the rights are of.
func hold(ctx context.Context, tx *command.Tx, id publicid.ID) error {
	if id.Kind == "EXPRESSION" {
		_, err := expression.Hold(ctx, tx, "subjectId", id)
		return err
	}
	if err := tx.Lock(ctx, id.UUID); err != nil {
		return err
	}
	found, err := tx.One(ctx, []any{new(int)}, "SELECT 1 FROM core.works WHERE id = $1 AND deleted_at IS NULL", id.UUID)
	if err == nil && !found {
		return tx.NotFound("subjectId")
	}
	return err
}

// State writes a statement for a subject that is held. The field leads to it.
func State(ctx context.Context, tx *command.Tx, subject publicid.ID, field string, in model.RightsInput) error {
	if in.Status != model.RightsStatusUnknown && in.EvidenceURL == nil {
		tx.Fault(apperr.UserBlank, field+".evidenceUrl", "Say where the evidence is.")
	}
	if in.Status == model.RightsStatusLicensed && in.LicenseID == nil {
		tx.Fault(apperr.UserBlank, field+".licenseId", "Say which licence it is.")
	}
	before, after, err := classes(ctx, tx, subject.UUID, field, in)
	if err != nil || tx.Faulty() {
		return orFaults(tx, err)
	}
	if after == "OPEN" && before != "OPEN" {
		if err := tx.Sensitive(); err != nil {
			return err
		}
	}
	return write(ctx, tx, subject.UUID, in)
}

// classes tell what the statement for the jurisdiction comes to, now and with the
// new one: no statement comes to nothing.
func classes(ctx context.Context, tx *command.Tx, subject uuid.UUID, field string, in model.RightsInput) (before, after string, err error) {
	var open *bool
	if in.LicenseID != nil {
		found, err := tx.One(ctx, []any{&open}, "SELECT open FROM core.licenses WHERE id = $1", *in.LicenseID)
		if err != nil {
			return "", "", err
		}
		if !found {
			tx.Fault(apperr.UserNotFound, field+".licenseId", "The library knows no such licence.")
		}
	}
	err = tx.QueryRow(ctx, `SELECT core.rights_class($3, $4), coalesce((SELECT core.rights_class(r.status, l.open)
		FROM core.rights r LEFT JOIN core.licenses l ON l.id = r.license_id WHERE r.subject_id = $1 AND r.jurisdiction = $2), '')`,
		subject, in.Jurisdiction, string(in.Status), open).Scan(&after, &before)
	return before, after, err
}

func write(ctx context.Context, tx *command.Tx, subject uuid.UUID, in model.RightsInput) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.rights AS r (id, subject_id, jurisdiction, status, license_id, holder, statement_uri, public_domain_from,
			basis, evidence_url, determined_by, determined_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (subject_id, jurisdiction) DO UPDATE SET
			(status, license_id, holder, statement_uri, public_domain_from, basis, evidence_url, determined_by, determined_at, version) =
			(excluded.status, excluded.license_id, excluded.holder, excluded.statement_uri, excluded.public_domain_from, excluded.basis,
				excluded.evidence_url, excluded.determined_by, excluded.determined_at, r.version + 1)`,
		id, subject, in.Jurisdiction, string(in.Status), in.LicenseID, in.Holder, in.StatementURI, in.PublicDomainFrom,
		in.Basis, in.EvidenceURL, tx.Caller(), tx.Now)
	return err
}

// Load reads a statement; nil where there is none.
func Load(ctx context.Context, db command.Reader, key Key) (*model.Rights, error) {
	return command.Load[model.Rights](ctx, db, `SELECT `+expression.Rights+`
		FROM core.rights r JOIN core.subjects s ON s.id = r.subject_id LEFT JOIN core.licenses l ON l.id = r.license_id
		WHERE r.subject_id = $1 AND r.jurisdiction = $2`, key.Subject.UUID, key.Jurisdiction)
}

func orFaults(tx *command.Tx, err error) error {
	if err != nil {
		return err
	}
	return tx.Faults()
}
