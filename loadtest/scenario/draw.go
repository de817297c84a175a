package scenario

import (
	"errors"
	"math/rand/v2"
)

// skew is the exponent of the draw: of the usual traffic of a library, few works
// take most of the readers (Zipf's law).
const skew = 1.01

// ErrEmpty means that the library has nothing to ask for.
var ErrEmpty = errors.New("the library is empty: import something first")

// Draw makes count addresses: work pages most of all, then lists, authors, texts
// and parallel reading. The same seed draws the same addresses.
func Draw(lib *Library, docs Documents, base string, count int, seed uint64) ([]string, error) {
	if len(lib.Works) == 0 || len(lib.Authors) == 0 {
		return nil, ErrEmpty
	}
	rnd := rand.New(rand.NewPCG(seed, 0))                             //nolint:gosec // repeatable, guards nothing
	works := rand.NewZipf(rnd, skew, 1, uint64(len(lib.Works)-1))     //nolint:gosec // not empty, see above
	authors := rand.NewZipf(rnd, skew, 1, uint64(len(lib.Authors)-1)) //nolint:gosec // not empty, see above
	out := make([]string, 0, count)
	for len(out) < count {
		name, vars := question(lib, rnd, lib.Works[works.Uint64()], lib.Authors[authors.Uint64()])
		address, err := docs.URL(base, name, vars)
		if err != nil {
			return nil, err
		}
		out = append(out, address)
	}
	return out, nil
}

func question(lib *Library, rnd *rand.Rand, w Work, author string) (string, map[string]any) {
	switch n := rnd.IntN(100); {
	case n < 45:
		return "WorkPage", map[string]any{"slug": w.Slug, "language": []string{"en", "de", "fr"}[rnd.IntN(3)]}
	case n < 60:
		return "AuthorPage", map[string]any{"slug": author}
	case n < 75:
		return "Works", map[string]any{"sort": []string{"TITLE", "NEWEST", "YEAR", "POPULAR"}[rnd.IntN(4)], "first": 20}
	case n < 80:
		return "HomePage", nil
	case n < 92 && len(lib.Translations) > 0:
		return "Text", map[string]any{"expressionId": lib.Translations[rnd.IntN(len(lib.Translations))], "first": 100}
	case len(w.Versions) > 1:
		return "ParallelReading", map[string]any{"workId": w.ID, "expressionIds": w.Versions[:min(3, len(w.Versions))]}
	}
	return "Trending", map[string]any{"period": "WEEK"}
}
