package importer

import (
	"context"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
)

type rights struct {
	rec     *rightsRecord
	subject uuid.UUID
}

func rightsStage() runner {
	return stage[rightsRecord, rights]{
		form: form[rightsRecord, rights]{
			kind: "rights", id: func(r *rightsRecord) string { return r.Subject.ID }, accept: acceptRights, weigh: light[rightsRecord],
		},
		apply: applyRights,
	}
}

var jurisdiction = regexp.MustCompile(`^(\*|[A-Z]{2})$`)

func acceptRights(c *check, r *rightsRecord) (rights, uuid.UUID) {
	subject := c.subject("subject", &r.Subject, "WORK", "TRANSLATION", "AUTHOR")
	if r.Jurisdiction == "" {
		r.Jurisdiction = "*"
	}
	if !jurisdiction.MatchString(r.Jurisdiction) {
		c.fault("jurisdiction", "%q is neither * nor an ISO 3166-1 country", r.Jurisdiction)
	}
	c.oneOf("status", &r.Status, "", "PUBLIC_DOMAIN", "LICENSED", "IN_COPYRIGHT", "PERMISSION", "ORPHAN", "UNKNOWN")
	if r.Status == "LICENSED" && deref(r.License) == "" {
		c.fault("license", "is missing, although the status is licensed")
	}
	c.line("holder", &r.Holder, 300)
	c.line("statement_uri", &r.StatementURI, 500)
	c.text("basis", &r.Basis, 2000)
	c.line("evidence_url", &r.EvidenceURL, 500)
	c.yearUpTo("public_domain_from", r.PublicDomainFrom, 2500)
	return rights{r, subject}, ids.For(ids.Row, "rights "+subject.String()+" "+r.Jurisdiction)
}

// subject reads a reference to a record of this or an earlier import. A work
// stands for itself, except where a text is meant; see original.
func (c *check) subject(field string, r *subjectRef, allowed ...string) uuid.UUID {
	c.oneOf(field+".kind", &r.Kind, "", allowed...)
	c.required(field+".id", &r.ID, maxID)
	return subjectID(r.Kind, r.ID)
}

func subjectID(kind, id string) uuid.UUID {
	return ids.For(map[string]string{
		"WORK": ids.Work, "TRANSLATION": ids.Translation, "AUTHOR": ids.Person, "COLLECTION": ids.Collection,
	}[kind], id)
}

// applyRights states the rights of a work's text on its original, where the
// licence of the record stands as well. A synopsis is another text than the
// work's: beside one they are the work's own.
func applyRights(ctx context.Context, s *step, batch []entry[rights]) error {
	original := map[uuid.UUID]uuid.UUID{}
	var list []uuid.UUID
	for _, e := range batch {
		if e.val.rec.Subject.Kind == "WORK" {
			original[e.val.subject] = ids.For(ids.Original, e.val.rec.Subject.ID)
		}
		list = append(list, e.val.subject, original[e.val.subject])
	}
	there, err := existing(ctx, s.tx, `SELECT id FROM core.subjects s WHERE id = ANY($1)
		AND NOT EXISTS (SELECT FROM core.expressions e WHERE e.id = s.id AND e.expression_kind = 'ORIGINAL' AND e.completeness = 'SYNOPSIS')`, list)
	if err != nil {
		return err
	}
	var rows [][]any
	for _, e := range batch {
		r, subject := e.val.rec, e.val.subject
		if text := original[subject]; there[text] {
			subject = text
		}
		if !there[subject] {
			s.reject(e.at, "subject", "there is no such %s", strings.ToLower(r.Subject.Kind))
			continue
		}
		before := len(s.found)
		if s.checkLicense(e.at, r.License); len(s.found) > before {
			continue
		}
		id := ids.For(ids.Row, "rights "+subject.String()+" "+r.Jurisdiction)
		rows = append(rows, []any{
			id, subject, r.Jurisdiction, r.Status, null(deref(r.License)), null(r.Holder), null(r.StatementURI),
			r.PublicDomainFrom, null(r.Basis), null(r.EvidenceURL),
		})
	}
	return s.storeRights(ctx, rows)
}

// storeRights leaves alone what somebody in the library determined.
func (s *step) storeRights(ctx context.Context, rows [][]any) error {
	if err := s.copyInto(ctx, rightsTable, rows); err != nil {
		return err
	}
	if err := s.exec(ctx, `UPDATE core.rights t SET status = s.status, license_id = s.license_id, holder = s.holder,
			statement_uri = s.statement_uri, public_domain_from = s.public_domain_from, basis = s.basis, evidence_url = s.evidence_url,
			version = t.version + 1, determined_at = now()
		FROM in_rights s WHERE t.subject_id = s.subject_id AND t.jurisdiction = s.jurisdiction AND t.determined_by IS NULL
		AND (t.status, t.license_id, t.holder, t.statement_uri, t.public_domain_from, t.basis, t.evidence_url)
			IS DISTINCT FROM (s.status, s.license_id, s.holder, s.statement_uri, s.public_domain_from, s.basis, s.evidence_url)`); err != nil {
		return err
	}
	return s.exec(ctx, rightsTable.fill())
}
