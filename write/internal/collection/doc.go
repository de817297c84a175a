// Package collection holds the commands of collections and of what is in them.
//
// An item's place is a string between those of its neighbours, so that putting one
// in or moving one changes that one alone.
//
// # Invariants
//
// An owner's row is the lock of their collections (titles, number), a collection's
// row that of its items (ranks, number). The counter of a subject is the number of
// public collections that hold it.
package collection
