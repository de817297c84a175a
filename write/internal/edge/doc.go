// Package edge purges the caches in front of the readers: CDNs and Varnishes.
//
// Each edge has a purger of its own, and one process of all writers purges it: the one that
// holds an advisory lock. It reads from the outbox what was committed, waits until the bus
// has told the readers, and purges the edge by the tags; after a while it purges by the same
// tags once more, because a response that was under way at the first time may have been
// stored after it.
//
//	commit ── NOTIFY ─► take rows ─► heard on the bus ─► purge ─► purge again ─► note in ops.edges
//	            ≤ 100 ms              ≤ 1 s                 └─ after Config.Again ─┘
//
// # Invariants
//
//   - What is noted in ops.edges as done was purged twice. It is a snapshot, not an id: rows
//     commit out of order, and what a snapshot shows is what it shows for good. Whoever
//     takes over begins after it; so a purge may come three times, and never not at all.
//   - A key leaves the set of those that wait only once the edge has confirmed it, or when
//     one that covers it has taken its place.
//   - The outbox keeps what an edge lacks, up to a limit. An edge that has no row, whose
//     database has another history, or that lacks more than can be told one by one, forgets
//     everything.
//
// # When it fails
//
// A call that failed is repeated with growing pauses, or when the edge says. More keys than
// an edge's budget allows become the keys of their kinds (all:work for every work_…), then
// `all`, which every answer bears. Without Postgres nothing is purged, and nothing can be
// committed either. Without Redis the readers follow the outbox, and nobody waits for the bus.
package edge
