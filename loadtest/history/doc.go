// Package history judges what readers of the services were told against what was
// written, and when. It knows nothing of how the services work: edits put a
// counter into the data, answers show which counter they were made of, and a
// promise says how old an answer may be.
//
//	Ledger   what was written: each register's counters, acknowledgements, tickets
//	Promise  how old an answer may be, given the faults of that moment
//	Judge    holds each answer against both
//	Report   what was read, what was found, and how old the oldest answer was
//
// A register is a place in the data that one writer at a time changes, say the
// title of a work. So its counters rise in the order of the commits, and of two
// values the higher one is the newer.
//
// # What is checked
//
//   - I1: no read that starts longer than the promise after an acknowledgement
//     returns older data.
//   - I2: a read that names a ticket returns nothing older than the ticket's edit,
//     nor than any edit with a lower ticket, however early it comes.
//   - I4: a 304 stands for the answer that had the ETag, and is judged like it; and
//     an ETag stands for one answer.
//   - Nothing is shown that was not written, or was rolled back, and no answer shows
//     two values of one register.
//
// I3, I5 and I6 are asked of the running services; package traffic has them.
//
// A machine that stands still is not the services' fault. A Stall tells how long the
// processes concerned have waited for a processor, and that much is allowed in
// addition; what was excused by it is counted and reported.
package history
