// Package stats keeps the counters right and computes what follows from them:
// popularity, rankings, and how a work is read.
//
//	Recount   the counters of some subjects, from what they count
//	Mend      finds the counters that are not right, and recounts those
//	Refresh   popularity in all its stretches, and the rankings of all periods
//	Series    what happened to a work, by hours, days, weeks or months
//
// # What a counter is
//
// What the subject had when it came here (stats.brought), and what is counted here:
// views by days (stats.daily), and the rows of likes, bookmarks, visible comments and
// approved items of public collections. Commands move counters in the transaction of
// what they count; a recount holds the counters and then reads, so that it overlooks
// nothing.
//
// # Invariants
//
// Every job can be done again, and by two at once, without harm: what it writes
// follows from what is there. Times come from the clock that the job is given, whose
// days are those of UTC. Counters move silently; a refresh announces the rankings and
// `popular` once, in its transaction.
package stats
