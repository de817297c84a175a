package alignform

// Place is where a line of an earlier text stands now.
type Place struct {
	At   int  // its number; 0 where it is gone
	Same bool // its words are as they were
}

// Text is a text as it is now, seen from an earlier one.
type Text struct {
	Lines  int     // it has
	Places []Place // of the earlier lines, in their order; nil where nothing has changed
}

// Moved is the text of so many lines that came of one whose lines stand at these
// numbers now, 0 for those that are gone, and are the same or not.
//
// Where as many lines came as went between two that stayed, they are taken to stand
// in the places of those: a line that was rewritten still has one.
func Moved(lines int, at []int32, same []bool) Text {
	t := Text{Lines: lines, Places: make([]Place, len(at))}
	last := 0
	for i, n := range at {
		if int(n) > last && int(n) <= lines { // lines keep their order, or they are not followed
			last = int(n)
			t.Places[i] = Place{At: last, Same: same[i]}
		}
	}
	t.fill()
	return t
}

func (t *Text) fill() {
	from, before := 0, 0 // the first line of a stretch that is gone, and where the one before it stands
	for i := range len(t.Places) + 1 {
		next := t.Lines + 1
		if i < len(t.Places) {
			if next = t.Places[i].At; next == 0 {
				continue
			}
		}
		if i-from == next-before-1 {
			for k := from; k < i; k++ {
				t.Places[k].At = before + 1 + k - from
			}
		}
		from, before = i+1, next
	}
}

// place is where a line of the earlier text stands.
func (t *Text) place(n int) Place {
	switch {
	case t.Places == nil:
		return Place{At: n, Same: true}
	case n > len(t.Places):
		return Place{}
	}
	return t.Places[n-1]
}

// span is where lines of the earlier text stand, from the first that is left to the
// last; it holds where all are the same and nothing came between them.
func (t *Text) span(l Lines) (now Lines, holds bool) {
	holds = true
	for n := l.From; n <= l.To && !l.Empty(); n++ {
		p := t.place(n)
		if p.At == 0 {
			holds = false
			continue
		}
		if now.Empty() {
			now.From = p.At
		} else if p.At != now.To+1 {
			holds = false
		}
		now.To = p.At
		holds = holds && p.Same
	}
	return now, holds
}

// fresh tells which lines, from 1 to one past the last, stand in the place of none of
// the earlier ones.
func (t *Text) fresh() []bool {
	out := make([]bool, t.Lines+2)
	for n := 1; n <= t.Lines; n++ {
		out[n] = true
	}
	for _, p := range t.Places {
		out[p.At] = false
	}
	return out
}
