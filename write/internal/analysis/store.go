package analysis

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// sentiment is not measured: a lexicon that is free to use, made for literature and
// not for reviews of products, is not known to us for any language.
var sentiment = measure.Unsupported(measure.Sentiment, "none", "No lexicon is known that is free to use and was tried on literature.")

// keep writes the row of an analysis, or what has become of it.
func keep(ctx context.Context, tx pgx.Tx, a Args, language, found string, r *measure.Report, w weighed) error {
	measures, err := json.Marshal(append(r.Measures, w.measure, sentiment))
	if err != nil {
		return err
	}
	if w.keywords == nil {
		w.keywords = []keyword{}
	}
	keywords, err := json.Marshal(w.keywords)
	if err != nil {
		return err
	}
	stanzas, err := json.Marshal(r.Stanzas)
	if err != nil {
		return err
	}
	var types *int
	if r.Terms != nil {
		n := len(r.Terms)
		types = &n
	}
	_, err = tx.Exec(ctx, `INSERT INTO core.text_analyses AS t
			(expression_id, revision, analyzer, language, detected_language, coverage, types, corpus, measures, keywords, stanzas)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, $11)
		ON CONFLICT (expression_id, revision, analyzer) DO UPDATE SET (language, detected_language, coverage, types, corpus, measures, keywords, stanzas, analyzed_at) =
			(excluded.language, excluded.detected_language, excluded.coverage, excluded.types, excluded.corpus, excluded.measures, excluded.keywords, excluded.stanzas, now())`,
		a.Expression, a.Revision, a.Analyzer, language, found, r.Coverage, types, w.corpus, measures, keywords, stanzas)
	return err
}
