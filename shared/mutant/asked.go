//go:build mutants

package mutant

import "os"

var asked = Rule(os.Getenv("TERCUL_MUTANT"))

// Without tells whether a protection is taken out.
func Without(rule Rule) bool { return asked == rule }
