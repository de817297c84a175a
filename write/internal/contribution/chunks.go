package contribution

import (
	"slices"

	"github.com/tercul/tercul/write/internal/model"
)

// span are the lines from From up to, and without, To of one side, from 0.
type span struct{ From, To int }

// chunk is a place of a text where not all sides are the same.
type chunk struct {
	kind               model.DiffKind
	base, theirs, ours span
}

// merge finds the places where two texts differ from the one that both were made of.
// Changes that touch each other are one place.
func merge(base, theirs, ours []string) (chunks []chunk) {
	changes := [2][]change{changesOf(base, theirs), changesOf(base, ours)}
	var next, shift [2]int // per side: the next change, and how far its lines have moved
	for next[0] < len(changes[0]) || next[1] < len(changes[1]) {
		first := next
		at := reach(changes, &next)
		var sides [2]span
		for s, list := range changes {
			sides[s].From = at.From + shift[s]
			for _, d := range list[first[s]:next[s]] {
				shift[s] += d.replTo - d.replFrom - (d.to - d.from)
			}
			sides[s].To = at.To + shift[s]
		}
		chunks = append(chunks, chunk{
			kindOf(slices.Equal, base[at.From:at.To], theirs[sides[0].From:sides[0].To], ours[sides[1].From:sides[1].To]), at, sides[0], sides[1],
		})
	}
	return chunks
}

// reach takes the next change and all that touch it, of either side, and says which
// lines of the base they are about.
func reach(changes [2][]change, next *[2]int) span {
	at := span{From: -1}
	for s, list := range changes {
		if next[s] < len(list) && (at.From < 0 || list[next[s]].from < at.From) {
			at = span{list[next[s]].from, list[next[s]].from}
		}
	}
	for grown := true; grown; {
		grown = false
		for s, list := range changes {
			for next[s] < len(list) && list[next[s]].from <= at.To {
				at.To = max(at.To, list[next[s]].to)
				next[s]++
				grown = true
			}
		}
	}
	return at
}

// kindOf tells how three sides differ.
func kindOf[T any](equal func(T, T) bool, base, theirs, ours T) model.DiffKind {
	switch {
	case equal(base, theirs):
		return model.DiffKindOurs
	case equal(base, ours):
		return model.DiffKindTheirs
	case equal(theirs, ours):
		return model.DiffKindBoth
	}
	return model.DiffKindConflict
}
