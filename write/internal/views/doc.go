// Package views counts what readers open: one view for each visitor and subject in
// 24 hours.
//
//	Record    a beacon or the mutation recordView; touches Redis alone
//	  shared  one script: was this visitor counted? then count
//	  alone   the same in the process, while Redis is away or where there is none
//	Flush     a job: takes what Redis has counted, Apply stores it
//	Drain     a loop of each process: stores what that process has counted alone
//	Apply     one transaction: hours, days, totals, and the id of the batch
//
// # Who a visitor is
//
// A visitor is a keyed hash (HMAC-SHA256) of the address, the user agent and the
// subject, by a key of the day that is drawn at random. The key is in Redis for three
// days and nowhere else, the hash for a little more than one; neither comes into
// Postgres. When the key is gone nobody can find an address by trying all of them,
// nor learn that two hashes are of one visitor. Of an IPv6 address its /64 counts.
//
// The hash remembers when it was counted. It is looked for under the keys of
// yesterday, today and tomorrow, so that midnight begins no new 24 hours, nor do
// writers whose clocks differ.
//
// # Why not a HyperLogLog
//
// It tells about how many there were, not whether this one was among them. The 24
// hours of each visitor would be one day of everybody, and small numbers, of which a
// library has most, would be a few off.
//
// # Invariants
//
// A batch is born with its id, by the first view in it, and its id is stored by the
// transaction that stores its views. Whatever dies between the steps of a flush, the
// next one finds the batch under the same id, and stores it if that was not done: a
// view is neither lost nor counted twice. A Redis that comes back with an older state
// brings back ids that are known.
//
// # Bounds
//
// An address is counted 5,000 times a day, and 100 times for one subject: a school
// behind one address, not a flood. A batch holds 20,000 pairs of subject and hour;
// what does not fit is not counted. Alone, a process remembers 50,000 visitors, the
// latest, and each process counts by itself. A view that Redis may have counted
// before it fell silent can be counted twice.
package views
