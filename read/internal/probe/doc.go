// Package probe has a reader check itself: it takes samples of the questions whose
// answers were just changed, and compares, one second, one minute and five minutes
// after the change, what the caches would answer with what the database says.
//
//	load ─► memory       the last questions that missed L1, and their tags
//	outbox ─► touched    those that a committed change has touched, some of them
//	delays ─► compare    cached, database, cached again, database again
//	       ─► counters   fresh, stale, absent, unsure, failed; and nines
//
// # Invariants
//
//   - What has changed is read from the outbox itself, not from the bus: a message
//     that the bus has lost is just what a probe must not miss.
//   - An answer counts as stale only if the database said the same before and after
//     it, the answer says something else, and no change of it is younger than the
//     shortest delay. A change between two looks is no staleness.
//   - Nothing is filled, renewed or counted as a question on behalf of a probe.
//   - One connection of its own, one statement at a time, as many samples a minute
//     as are allowed: callers never wait for a probe.
//   - Memory is bounded: so many questions, small ones, and so many samples.
//   - Questions whose answers change without an announcement, because they show
//     counters, are left out by who gives Keep.
//
// # What fails, and how
//
// Without the database nothing can be compared: what was waiting counts as failed,
// and the connection is opened anew. Changes that committed meanwhile are not
// sampled.
package probe
