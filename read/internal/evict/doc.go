// Package evict tells a reader which of its answers are still true.
//
// Nothing is ever deleted to invalidate it. A Clock holds, for each of 65,536
// slots, the last sequence at which a tag of that slot was touched; an answer
// carries the stamp at which it was made and the slots of its tags, and is valid
// while none of them is later. Applying an invalidation is one store, checking an
// answer is a load per tag, and two tags that share a slot cost a needless miss.
//
// A Follower keeps the clock going from one of two sources:
//
//	bus     Redis: messages with consecutive sequences, a replay log, heartbeats
//	outbox  Postgres: the rows that the bus would have carried, polled
//
//	         subscribed, replayed, alive                silent for 3 s, cut off
//	start ──────────────────────────────► bus ─────────────────────────────► suspect
//	  │                                    ▲                                    │
//	  └─ no Redis, or none that answers    │ alive, and has carried             │ first poll
//	                    │                  │ every row that was polled          │
//	                    └──────────────► outbox ◄───────────────────────────────┘
//
// # Invariants
//
//   - Slots are stored before applied, and applied is read before data is. So a
//     load that may have missed a change carries a stamp below it.
//   - While a reader cannot know what it has missed, it is suspect, and no answer
//     is valid.
//   - A hole in the sequences is filled from the log before anything is valid
//     again; what cannot be filled raises the floor, and older answers are never
//     valid again.
//   - Sequences of the outbox are made here, from the wall clock in microseconds,
//     and are above those of the bus. The two are kept in different eras: a check
//     sees one of them whole, and an answer stamped in the outbox's era is not
//     valid in the bus's, nor in a later one of the outbox. Such answers are never
//     written to Redis.
//   - What is known to be overtaken stays so: each era takes over the slots of the
//     one before it.
//   - The outbox is left for the bus only when the bus has carried every row that
//     was polled, or a heartbeat's fence says so, so time never goes backwards.
//   - Only a heartbeat says that the bus is complete. Rows alone may be the first of
//     a backlog.
//   - Ids of the outbox commit out of order: a poll starts from the transaction id
//     below which all was finished at the poll before, not from the last id seen.
//   - Every change announced at or below applied is known to the Fence: the number of
//     its transaction lies below the horizon or below the mark of each of its slots. Both
//     are stored, or the horizon is given up, before applied shows the change. So a
//     standby's snapshot whose xmin is no lower lacks nothing that was announced.
//
// # What fails, and how
//
// Redis gone or silent: suspect at once or after Silence, then the outbox, and at
// most Poll late. Postgres gone as well: suspect after Silence. Both are back:
// the bus, with what it kept. A message that cannot be read is one that was lost.
package evict
