package textform

import (
	"sort"

	"github.com/google/uuid"
)

// Rekey gives the lines of a new revision their keys: a line that is unchanged,
// in the longest common subsequence of both texts, keeps its key however the
// lines around it were renumbered; so does a line that was only retouched where
// it stood. Every other line gets a new one.
func Rekey(expression uuid.UUID, revision int, old, now []Line) {
	from := make([]int, len(now)) // the old line's place, from one
	match(old, now, func(o, n int) { from[n] = o + 1 })
	pairRetouched(old, now, from)
	for i := range now {
		now[i].Key = NewKey(expression, revision, i+1)
		if from[i] > 0 {
			now[i].Key = old[from[i]-1].Key
		}
	}
}

// pairRetouched looks at the stretches between unchanged lines: where as many
// lines came as went, those that are mostly the same are the same lines.
func pairRetouched(old, now []Line, from []int) {
	o := 0
	for n := 0; n < len(now); {
		if from[n] > 0 {
			o, n = from[n], n+1
			continue
		}
		end := n
		for end < len(now) && from[end] == 0 {
			end++
		}
		next := len(old)
		if end < len(now) {
			next = from[end] - 1
		}
		if end-n == next-o {
			for i := range end - n {
				if similar(old[o+i].Content, now[n+i].Content) {
					from[n+i] = o + i + 1
				}
			}
		}
		n = end
	}
}

// similar lines begin and end alike, for at least half of their length.
func similar(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	head, tail := 0, 0
	for head < len(a) && a[head] == b[head] {
		head++
	}
	for tail < len(a)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return 2*(head+tail) >= len(b)
}

// match reports pairs of equal lines in ascending order on both sides: the
// longest common subsequence, except that a very large changed stretch is
// first cut at the lines that occur once on each side.
func match(old, now []Line, keep func(o, n int)) {
	o0, n0 := 0, 0
	for o0 < len(old) && n0 < len(now) && old[o0].Content == now[n0].Content {
		keep(o0, n0)
		o0, n0 = o0+1, n0+1
	}
	o1, n1 := len(old), len(now)
	for o1 > o0 && n1 > n0 && old[o1-1].Content == now[n1-1].Content {
		o1, n1 = o1-1, n1-1
		keep(o1, n1)
	}
	if o0 == o1 || n0 == n1 {
		return
	}
	shift := func(o, n int) { keep(o0+o, n0+n) }
	if (o1-o0)*(n1-n0) <= largestTable {
		subsequence(old[o0:o1], now[n0:n1], shift)
		return
	}
	byAnchors(old[o0:o1], now[n0:n1], shift)
}

const largestTable = 4 << 20

// subsequence finds the longest common subsequence by the plain table.
func subsequence(old, now []Line, keep func(o, n int)) {
	width := len(now) + 1
	best := make([]int32, (len(old)+1)*width)
	for o := len(old) - 1; o >= 0; o-- {
		for n := len(now) - 1; n >= 0; n-- {
			if old[o].Content == now[n].Content {
				best[o*width+n] = best[(o+1)*width+n+1] + 1
			} else {
				best[o*width+n] = max(best[(o+1)*width+n], best[o*width+n+1])
			}
		}
	}
	for o, n := 0, 0; o < len(old) && n < len(now); {
		switch {
		case old[o].Content == now[n].Content:
			keep(o, n)
			o, n = o+1, n+1
		case best[(o+1)*width+n] >= best[o*width+n+1]:
			o++
		default:
			n++
		}
	}
}

type anchor struct{ o, n int }

// byAnchors matches the lines that are unique on both sides and solves the
// stretches between them. Without an anchor nothing is kept: the text was
// rewritten.
func byAnchors(old, now []Line, keep func(o, n int)) {
	chain := ascending(uniquePairs(old, now))
	if len(chain) == 0 {
		return
	}
	from := anchor{}
	for _, a := range append(chain, anchor{len(old), len(now)}) {
		base := from
		match(old[from.o:a.o], now[from.n:a.n], func(o, n int) { keep(base.o+o, base.n+n) })
		if a.o < len(old) {
			keep(a.o, a.n)
		}
		from = anchor{a.o + 1, a.n + 1}
	}
}

func uniquePairs(old, now []Line) []anchor {
	at, twice := map[string]int{}, map[string]bool{}
	for n := range now {
		_, seen := at[now[n].Content]
		twice[now[n].Content] = seen
		at[now[n].Content] = n
	}
	count := map[string]int{}
	for o := range old {
		count[old[o].Content]++
	}
	var pairs []anchor
	for o := range old {
		n, ok := at[old[o].Content]
		if ok && !twice[old[o].Content] && count[old[o].Content] == 1 {
			pairs = append(pairs, anchor{o, n})
		}
	}
	return pairs
}

// ascending is the longest run of pairs that ascends on both sides; the pairs
// come ordered by o.
func ascending(pairs []anchor) []anchor {
	var tails []int // index of the pair that ends the best run of each length
	before := make([]int, len(pairs))
	for i, p := range pairs {
		k := sort.Search(len(tails), func(j int) bool { return pairs[tails[j]].n >= p.n })
		before[i] = -1
		if k > 0 {
			before[i] = tails[k-1]
		}
		if k == len(tails) {
			tails = append(tails, i)
		} else {
			tails[k] = i
		}
	}
	if len(tails) == 0 {
		return nil
	}
	run := make([]anchor, len(tails))
	for k, i := len(tails)-1, tails[len(tails)-1]; k >= 0; k, i = k-1, before[i] {
		run[k] = pairs[i]
	}
	return run
}
