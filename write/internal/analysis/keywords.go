package analysis

import (
	"cmp"
	"math"
	"slices"

	"github.com/tercul/tercul/write/internal/analysis/measure"
	"github.com/tercul/tercul/write/internal/analysis/words"
)

const method = "tf-idf against the texts of the language in the library"

// keyword is a word that is a text's own.
type keyword struct {
	Term      string  `json:"term"`
	Score     float64 `json:"score"`
	Frequency int     `json:"frequency"`
}

const (
	maxCandidates = 300 // of the most frequent words
	maxKeywords   = 20
)

// candidates are the words that may be keywords: frequent ones of two letters and
// more that are no function words.
func candidates(r *measure.Report) (out []measure.Term) {
	function := words.FunctionWords(r.Language)
	for _, t := range r.Terms {
		if len(out) == maxCandidates {
			break
		}
		if !function[t.Word] && len(t.Word) <= maxTerm && words.Letters(t.Word) > 1 {
			out = append(out, t)
		}
	}
	return out
}

// best are the words with the highest tf-idf: the share of the text's words that a
// word makes up, times ln((1 + N) / (1 + n)) where n of the N texts have it.
func best(of []measure.Term, tokens int, documents map[string]int, corpus int) []keyword {
	out := make([]keyword, 0, len(of))
	for _, t := range of {
		idf := math.Log(float64(1+corpus) / float64(1+documents[t.Word]))
		if idf > 0 {
			out = append(out, keyword{t.Word, float64(t.Frequency) / float64(tokens) * idf, t.Frequency})
		}
	}
	slices.SortFunc(out, func(a, b keyword) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Term, b.Term)) })
	return out[:min(len(out), maxKeywords)]
}
