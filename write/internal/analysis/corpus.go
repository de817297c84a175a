package analysis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/write/internal/analysis/measure"
)

// Bounds of the corpus.
const (
	// maxTerms is how many of its different words a text is counted with, the most
	// frequent first.
	maxTerms = 20_000
	// maxTerm is the longest word that is counted, in bytes.
	maxTerm = 200
	// leastTexts is how many texts of a language there must be to weigh words against.
	leastTexts = 10
)

// outweighed is true of a row a of core.text_analyses whose words were weighed
// against no more than half of the texts e.language has by now.
const outweighed = `a.types > 0 AND (SELECT count(*) FROM core.text_vocabularies v WHERE v.language = split_part(e.language, '-', 1)) >= greatest(10, 2 * a.corpus)`

// weighed are the keywords of a text and how many texts they were weighed against.
type weighed struct {
	keywords []keyword
	corpus   int
	measure  measure.Measure
}

// weigh counts a text's words in the corpus, where the revision is the current one,
// and weighs them against it. One transaction at a time does: the counts are shared.
func weigh(ctx context.Context, tx pgx.Tx, a Args, r *measure.Report) (weighed, error) {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('tercul.corpus', 0))"); err != nil {
		return weighed{}, err
	}
	var current bool
	err := tx.QueryRow(ctx, "SELECT text_revision = $2 FROM core.expressions WHERE id = $1", a.Expression, a.Revision).Scan(&current)
	if err != nil {
		return weighed{}, err
	}
	if current && len(r.Terms) > 0 {
		_, err := tx.Exec(ctx, "SELECT core.set_vocabulary($1, $2, $3, $4)", a.Expression, a.Revision, r.Language, terms(r))
		if err != nil {
			return weighed{}, err
		}
	}
	return compare(ctx, tx, r)
}

// terms are the words that a text is counted with.
func terms(r *measure.Report) []string {
	out := make([]string, 0, min(len(r.Terms), maxTerms))
	for _, t := range r.Terms[:min(len(r.Terms), maxTerms)] {
		if len(t.Word) <= maxTerm {
			out = append(out, t.Word)
		}
	}
	return out
}

// compare weighs the words of a text against the corpus of its language.
func compare(ctx context.Context, tx pgx.Tx, r *measure.Report) (w weighed, err error) {
	if len(r.Terms) == 0 {
		w.measure = measure.Unsupported(measure.Keywords, method, "There are no words, or the script does not divide them.")
		return w, nil
	}
	if err := tx.QueryRow(ctx, "SELECT count(*) FROM core.text_vocabularies WHERE language = $1", r.Language).Scan(&w.corpus); err != nil {
		return w, err
	}
	if w.corpus < leastTexts {
		w.measure = measure.Unsupported(measure.Keywords, method, "The library has fewer than 10 texts in this language to weigh words against.")
		return w, nil
	}
	chosen := candidates(r)
	in, err := documents(ctx, tx, r.Language, chosen)
	if err != nil {
		return w, err
	}
	w.keywords = best(chosen, r.Tokens, in, w.corpus)
	w.measure = measure.Measured(measure.Keywords, float64(w.corpus), method)
	return w, nil
}

// documents tells in how many texts each of some words is.
func documents(ctx context.Context, tx pgx.Tx, language string, of []measure.Term) (map[string]int, error) {
	asked := make([]string, len(of))
	for i, t := range of {
		asked[i] = t.Word
	}
	rows, err := tx.Query(ctx, "SELECT term, documents FROM core.term_documents WHERE language = $1 AND term = ANY ($2)", language, asked)
	if err != nil {
		return nil, err
	}
	out, term, n := map[string]int{}, "", 0
	_, err = pgx.ForEachRow(rows, []any{&term, &n}, func() error {
		out[term] = n
		return nil
	})
	return out, err
}
