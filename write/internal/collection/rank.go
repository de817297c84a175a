package collection

import (
	"fmt"
	"strconv"
	"strings"
)

// Ranks are compared byte by byte (collation C), a prefix first. These are the
// digits in that order.
const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const (
	longest = 64  // of a rank
	width   = 7   // of a rank at the end: a number, as an import makes them, too
	step    = 100 // between them
)

// between finds a rank after a and before b, if there is room; b is empty for the
// end. It takes the middle of the first place where there is one. What it finds
// does not end in 0, so that there is always room before it.
func between(a, b string) (string, bool) {
	open := b == "" // nothing bounds it from above any more
	var out strings.Builder
	for i := range longest {
		low, high := 0, len(digits)
		if i < len(a) {
			low = strings.IndexByte(digits, a[i])
		}
		if !open {
			if i == len(b) {
				return "", false
			}
			high = strings.IndexByte(digits, b[i])
		}
		if high-low > 1 {
			out.WriteByte(digits[(low+high)/2])
			return out.String(), true
		}
		out.WriteByte(digits[low])
		open = open || high > low
	}
	return "", false
}

// next is a rank after the last one: the next number, where there is one, because
// halving what is left would make every rank longer than the one before it.
func next(last string) (string, bool) {
	if last == "" {
		return numbered(1), true
	}
	if len(last) >= width {
		if n, err := strconv.ParseUint(last[:width], 10, 32); err == nil && n/step+1 < 1e7/step {
			return numbered(int(n/step) + 1), true
		}
	}
	return between(last, "")
}

func numbered(n int) string { return fmt.Sprintf("%0*d", width, n*step) }
