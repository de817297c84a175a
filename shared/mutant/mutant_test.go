//go:build !mutants

package mutant

import "testing"

// TestNothingIsTakenOut holds for every program that is shipped, whatever is in its
// environment.
func TestNothingIsTakenOut(t *testing.T) {
	t.Setenv("TERCUL_MUTANT", string(Stamp))
	for _, rule := range []Rule{Stamp, Fence, Gap, Heartbeat, Flight, Purge} {
		if Without(rule) {
			t.Errorf("%s is taken out", rule)
		}
	}
}
