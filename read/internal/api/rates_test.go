package api

import (
	"slices"
	"testing"
	"time"
)

// rates measures pipes in turns, many short rounds of each, and answers the
// median of each one's requests a second.
func rates(tb testing.TB, pipes []*pipe) []float64 {
	const rounds, each = 60, 2000
	seen := make([][]float64, len(pipes))
	for range rounds {
		for i, p := range pipes {
			begun := time.Now()
			for range each {
				p.roundTrip(tb)
			}
			seen[i] = append(seen[i], each/time.Since(begun).Seconds())
		}
	}
	out := make([]float64, len(pipes))
	for i, s := range seen {
		slices.Sort(s)
		out[i] = s[len(s)/2]
	}
	return out
}
