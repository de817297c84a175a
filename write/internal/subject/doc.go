// Package subject is what the commands of members share: finding what they are
// about, and moving its counters.
//
// # Invariants
//
// What is not in sight of everybody is not found. An id that was merged away stands
// for the survivor. Counters move in the transaction of what they count, and purge
// nothing (docs/data-model.md).
package subject
