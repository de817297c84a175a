package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/lang"
)

// translation is a translation record ready to be stored.
type translation struct {
	rec      *translationRecord
	language lang.Language
	credits  []string // names; "" stands for an unnamed translator
	expr     *expression
}

func translationStage() runner {
	return stage[translationRecord, *translation]{
		form: form[translationRecord, *translation]{
			kind: "translations", id: func(r *translationRecord) string { return r.ID }, accept: acceptTranslation,
			weigh: func(r *translationRecord) int { return 500 + len(r.Text) },
		},
		subject: true,
		prepare: prepareTranslations,
		apply:   applyTranslations,
		finish:  linkSources,
	}
}

func acceptTranslation(c *check, r *translationRecord) (*translation, uuid.UUID) {
	c.required("id", &r.ID, maxID)
	c.required("work_id", &r.WorkID, maxID)
	c.slug(&r.Slug)
	c.required("title", &r.Title, 300)
	c.line("subtitle", &r.Subtitle, 300)
	c.line("source_id", &r.SourceID, maxID)
	c.text("notes", &r.Notes, 5000)
	c.line("provenance", &r.Provenance, 500)
	c.year("year", r.Year)
	t := &translation{rec: r, language: c.language("language", &r.Language, r.Script), expr: acceptText(c, &r.textFields)}
	t.credits = acceptTranslators(c, r)
	c.oneOf("origin", &r.Origin, "HUMAN", "HUMAN", "MACHINE", "MACHINE_POSTEDITED", "UNKNOWN")
	if r.SourceID == r.ID {
		c.fault("source_id", "a translation cannot be its own source")
	}
	e := t.expr
	e.at, e.id, e.workID, e.kind = c.at, ids.For(ids.Translation, r.ID), ids.For(ids.Work, r.WorkID), "TRANSLATION"
	e.language, e.title, e.subtitle, e.slug = r.Language, r.Title, r.Subtitle, r.Slug
	e.origin, e.year, e.notes, e.provenance = r.Origin, r.Year, r.Notes, r.Provenance
	return t, e.id
}

// acceptTranslators reads whichever way the translators are given. Ids of
// authors come back as they are in TranslatorIDs; names are answered.
func acceptTranslators(c *check, r *translationRecord) []string {
	if r.TranslatorID != "" {
		r.TranslatorIDs = append([]string{r.TranslatorID}, r.TranslatorIDs...)
	}
	c.ids("translator_ids", r.TranslatorIDs)
	for i := range r.Translators {
		c.required(fmt.Sprintf("translators.%d", i), &r.Translators[i], 200)
	}
	if len(r.Translators) > 0 || len(r.TranslatorIDs) > 0 {
		return r.Translators
	}
	if r.Translator == nil || strings.TrimSpace(*r.Translator) == "" {
		if r.Origin != "" && !strings.EqualFold(r.Origin, "human") {
			return nil // a machine is no person
		}
		return []string{""}
	}
	c.line("translator", r.Translator, 200)
	return splitCredit(*r.Translator)
}

func prepareTranslations(ctx context.Context, s *step, batch []entry[*translation]) error {
	for _, e := range batch {
		if err := s.addLanguages(ctx, []lang.Language{e.val.language}); err != nil {
			return err
		}
	}
	return nil
}
