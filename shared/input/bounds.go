package input

import "fmt"

// Measure says what of a value is bounded.
type Measure int

// What may be bounded: a number itself, the length of a list, of a string.
const (
	Value Measure = iota
	Items
	Characters
)

// Bounds tells what is wrong with a size, in words for apperr.OfField; nothing
// where it lies within the bounds. A most of 0 means no upper bound.
func (m Measure) Bounds(size, least, most int) (problem string) {
	if size >= least && (most == 0 || size <= most) {
		return ""
	}
	wanted := fmt.Sprintf("%d to %d", least, most)
	if most == 0 {
		wanted = fmt.Sprintf("at least %d", least)
	}
	switch m {
	case Items:
		return fmt.Sprintf("must have %s items, not %d", wanted, size)
	case Characters:
		return fmt.Sprintf("must have %s characters, not %d", wanted, size)
	}
	return fmt.Sprintf("must be %s, not %d", wanted, size)
}
