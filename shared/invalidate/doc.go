// Package invalidate is the contract between who changes data and who caches
// answers: the grammar of tags, the form of the messages, and the scripts that
// are the only way anything is written to the bus.
//
// # The bus
//
// The bus is four Redis keys of one space (package cachekey) and a channel: a hash
// with the epoch and the last sequence, a hash of tag versions, a capped stream that
// can be replayed, and the set of the rows that were announced. One script changes
// all of them at once, so a reader that has applied sequence n has applied everything
// that the tag versions say up to n.
//
//	commit ──► Publisher.Publish(rows) ──► seq+1 per row, versions, log, channel
//	1/s    ──► Publisher.Heartbeat(fence) ──► channel, with the current seq
//
// # Invariants
//
//   - Within an epoch, sequences are consecutive: a reader that sees a hole has
//     missed a message, and can replay it.
//   - Over all epochs, sequences only rise: an epoch begins at the server's clock
//     in microseconds, or just above the last sequence, whichever is higher. So a
//     stamp from a lost epoch is always below the floor of the next one.
//   - An epoch ends when the server process is not the one that began it (restart,
//     failover), or when state or versions are gone: in each of these cases
//     messages, and the versions they wrote, may have been lost without a trace.
//   - A tag without a version has not been touched in this epoch. Versions without
//     the epoch's own mark are unknown, and nothing may be believed on their word.
//   - No tag is ever left out: a row with a malformed tag, or with more tags than
//     a message holds, is published as `*`.
//   - A row that was announced in this epoch is known, and is not announced again:
//     the writer publishes before it acknowledges, the relay all that it sees.
//   - Announcing a row twice is harmless all the same: it costs what was made anew in
//     between. So the bus may forget what it knows. It does so with its epoch, two
//     minutes after the fence has passed, above 65,536 rows, and where the database
//     has another past than before.
//
// The fence of a heartbeat is a transaction id below which every committed row of
// the outbox has been published. It lets a reader that followed the outbox itself
// while the bus was gone know when the bus has caught up with it.
package invalidate
