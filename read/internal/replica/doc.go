// Package replica has misses answered by streaming standbys of the database, as long as
// their answers are as new as the primary's would have to be.
//
//	question ─► may a standby answer? ── no ───────────────────────────► primary
//	              │ yes: one of those that serve                            ▲
//	              ▼                                                         │
//	            one statement ── failed, or overtaken by what is announced ─┘
//
// A standby lags, so its snapshot may lack changes that this reader has been told of. Each
// statement answers the xmin of its snapshot, below which every transaction is finished
// there, and evict.Fence knows which transactions were announced. On a hot standby nothing
// else of a snapshot can be relied on: it leaves out what is running, so that
// pg_visible_in_snapshot is true of transactions that have not committed.
//
// # Invariants
//
//   - An answer of a standby is given only if everything that was announced up to its
//     stamp, of any of its tags, lies below the xmin it was read at. What was not announced
//     yet makes it invalid when it is, as an answer of the primary.
//   - Nothing is asked of a standby while the reader is suspect, for a ticket that the
//     clock does not cover, or while the fence has no horizon: nobody knows then what the
//     answer would have to contain.
//   - A server that is no standby of this primary's history is never believed. Its
//     connections are examined when they are made; the server itself says with each
//     answer whether it is a standby still (in_hot_standby, which a promotion changes
//     under the connections that there are); and a primary with another history makes all
//     connections be examined again. One that was where the primary never was is not
//     asked either, until it has been away.
//   - A miss costs one statement while all is well, and two at most.
//   - No server is asked more at a time than the limit of the origin says.
//   - Whatever a standby does wrong, the primary is asked next, if there is time: a
//     standby has half of what is left of the deadline.
//
// # What fails, and how
//
// A standby gone, or three times too slow: set aside, for a second at first and for half a
// minute at last, and taken back when it answers an examination. Lagging behind by more
// than the limit: set aside until it has caught up, because what expires and is not
// announced (counters, rankings) would be as old. A conflict with recovery: the primary
// answers. All away: the primary, within its own limits. The primary away: a standby that
// has everything this reader was told of answers what nobody else can, as a last resort.
package replica
