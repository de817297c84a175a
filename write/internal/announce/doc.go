// Package announce publishes what a command has written to the outbox, between its
// commit and its acknowledgement: who is told that a change was made finds it with
// every reader, by the number that the answer bears.
//
//	commit ──► Announce(rows) ──► queue ──► one call of the bus for all that wait ──► sequence ──► acknowledgement
//	   └─ NOTIFY ──► relay: what was not published so
//
// # Invariants
//
//   - Only rows whose transaction has committed come here.
//   - A sequence is answered only if every row of the command is on the bus at or
//     below it. All else is "not published", and nothing is promised.
//   - Nobody waits longer than Wait, and after a failure nobody waits at all for the
//     time of Rest but those who try it next.
//   - What is not published here is published by the relay: nothing is kept for later.
//
// # What fails
//
// Redis away or slow: the change is acknowledged without a number. Who asked is
// gone: the change is published all the same. The process is killed: the relay of
// any writer publishes what is not known to the bus. A call that was given up may
// have arrived; the bus then knows the rows, and nobody announces them again.
package announce
