// Package lexis measures how varied the words of a text are, in ways that do not
// depend on its length. Words are numbers: equal words, equal numbers.
package lexis

// Window is how many words MATTR looks at together.
const Window = 50

// MATTR is the moving-average type-token ratio: the mean, over all windows of so
// many words in a row, of how many different ones are in it, divided by the
// window's length. It is between 0 and 1. ok is false where there are fewer words.
//
// Covington, M. A., and McFall, J. D. (2010): Cutting the Gordian knot: the
// moving-average type-token ratio (MATTR). Journal of Quantitative Linguistics 17(2).
func MATTR(words []int32, types, window int) (ratio float64, ok bool) {
	if window < 1 || len(words) < window {
		return 0, false
	}
	seen, different, sum := make([]int32, types), 0, 0
	for i, w := range words {
		if seen[w]++; seen[w] == 1 {
			different++
		}
		if i >= window {
			gone := words[i-window]
			if seen[gone]--; seen[gone] == 0 {
				different--
			}
		}
		if i >= window-1 {
			sum += different
		}
	}
	return float64(sum) / float64(window) / float64(len(words)-window+1), true
}

// Least is how many words MTLD needs to be steady.
const Least = 100

// threshold is the type-token ratio at which a stretch ends.
const threshold = 0.72

// MTLD is the measure of textual lexical diversity: the mean length of stretches of
// words that keep a type-token ratio of 0.72, read forwards and backwards. ok is
// false with fewer than 100 words, and where no word comes twice.
//
// McCarthy, P. M., and Jarvis, S. (2010): MTLD, vocd-D, and HD-D. Behavior Research
// Methods 42(2).
func MTLD(words []int32, types int) (length float64, ok bool) {
	if len(words) < Least {
		return 0, false
	}
	forth, ok := stretches(words, types, func(i int) int { return i })
	if !ok {
		return 0, false
	}
	back, ok := stretches(words, types, func(i int) int { return len(words) - 1 - i })
	return (forth + back) / 2, ok
}

func stretches(words []int32, types int, at func(int) int) (length float64, ok bool) {
	seen := make([]int32, types) // in which stretch a word was seen last
	stretch, different, n, factors := int32(1), 0, 0, 0.0
	for i := range words {
		if w := words[at(i)]; seen[w] != stretch {
			seen[w] = stretch
			different++
		}
		n++
		if ratio := float64(different) / float64(n); ratio <= threshold {
			factors++
			stretch, different, n = stretch+1, 0, 0
		}
	}
	if n > 0 {
		factors += (1 - float64(different)/float64(n)) / (1 - threshold)
	}
	if factors == 0 {
		return 0, false
	}
	return float64(len(words)) / factors, true
}
