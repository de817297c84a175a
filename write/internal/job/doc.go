// Package job runs what need not be done while somebody waits: mail, counters,
// rankings, tidying up. The queue is River's (https://riverqueue.com), in the
// schema jobs of the same Postgres.
//
// A command enqueues in its own transaction (Queue), so that a job is there
// exactly when the change is. Any writer works on them (Service). A job that fails
// is tried again, later each time; after its last try it is DISCARDED and stays
// for an operator to see.
//
// # Invariants
//
// A job may run twice: a process can die after the work and before the note of it.
// So every worker can do its work again without harm. A worker gives up when its
// context ends. What a process was at when it was killed is done again by another two
// minutes after it began. On the way down the service takes no new jobs, waits for those at
// work, and ends what is then left, which another process will do again.
package job
