// Package relay turns committed rows of the outbox into messages on the bus.
//
// It reads every row that is visible and was not published yet, from the
// transaction id on below which everything was finished and published at the
// read before: ids commit out of order, but nothing below a snapshot's xmin can
// still commit. So a long transaction delays nobody's announcement but its own,
// and none is passed over. That transaction id is the fence of the heartbeat,
// once a second, which tells the readers how far the bus has come.
//
//	commit ── NOTIFY ──► read rows from the fence on ──► publish ──► heartbeat(fence)
//	               1 s ──┘
//
// After a restart it goes on from the fence that the bus remembers. Where the bus
// remembers nothing, or began a new epoch, it may have lost messages that it had
// confirmed: then the last minute of the outbox is published again, and so it is on
// each new connection, which may lead to a server with another recent past. A
// database that has another history than that of the connection before, or whose
// transactions lie below the fence, has gone back, and everything is announced. Publishing twice is harmless, so several relays may run at once, and
// one that fails starts over. Each exchange has a deadline, after which it has failed.
//
// While Redis or Postgres is away the relay tries again with growing pauses;
// readers meanwhile follow the outbox themselves.
package relay
