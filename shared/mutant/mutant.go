// Package mutant takes a protection out of a program on request, so that the proof of
// freshness can show that it finds what the protection is against.
//
// Programs are built with the tag mutants for that, and with it alone they look at
// TERCUL_MUTANT. In all others Without is a constant false, and the compiler removes
// whatever stands behind it.
package mutant

// Rule is a protection, by the name that TERCUL_MUTANT takes.
type Rule string

// The protections.
const (
	Stamp     Rule = "stamp"     // an answer is stamped before its data is read
	Fence     Rule = "fence"     // a standby's answer is held against its snapshot's xmin
	Gap       Rule = "gap"       // a hole in the sequence is noticed
	Heartbeat Rule = "heartbeat" // silence is suspect
	Flight    Rule = "flight"    // loads are shared among callers of one stamp alone
	Purge     Rule = "purge"     // the edge is purged again after the longest fetch
)
