// Package work holds the commands of works: what makes, changes, publishes,
// deletes, restores, reverts and merges them.
//
// Every change of a description raises the work's version and leaves a revision of
// it. A command locks the work's subject first, which also is the lock of what the
// read model derives from the work.
package work
