// Package store is the end of the chain: it asks PostgreSQL, once for each
// answer, by the statement that package plan wrote, and passes the bytes on.
//
// Invariants: one statement an answer and no other round trip; the clock is read
// before the statement is sent, so that a change announced meanwhile makes the
// answer invalid and never hides in it; nothing of the answer is decoded.
//
// It fails with what package pg makes of the database's errors (TIMEOUT,
// UNAVAILABLE, INTERNAL) or with BAD_REQUEST and the argument for faults that
// the statement found.
package store
