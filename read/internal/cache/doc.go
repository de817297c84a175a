// Package cache holds the layers between a question and the database. Each is a
// decorator of answer.Source, and each can be left out:
//
//	l1.Over ─ hit: a pointer, or a copy out of bigcache
//	  flight ─ one load per question and stamp
//	    l1.Fill ─ keeps what the load answers
//	      l2.Over ─ hit: one exchange with Redis; writes are behind the request
//	        variant ─ makes br, gzip and zstd of the identity answer
//	          store
//
// # Invariants
//
//   - Nothing is served as fresh unless the clock says that it is true: validity is
//     checked at each hit, never arranged by deleting.
//   - A flight's key contains the stamp that was applied when it began. Who comes
//     after an invalidation does not share a load from before it. Loads for tickets
//     that the clock does not cover are shared until they begin, and are few.
//   - A load has its own deadline and outlives the caller who started it; a caller
//     waits no longer than its own context.
//   - An entry that was overtaken while it was made is answered to those who
//     waited, is marked as not to be stored, and is stored nowhere.
//   - An entry past its time is given only while it is valid and being renewed, or
//     when the load failed because the database is not available; the latter is
//     marked as not to be stored. Other errors are answered as they are.
//   - An entry that is known to be overtaken, by the clock or by the versions in
//     Redis, is never given.
//   - The versions prove nothing to a reader that is suspect: it asks the database.
//   - Redis holds the newest answer: a write with an older stamp changes nothing.
//     Entries stamped by this process's own clock never go there.
//   - What is too big for a layer passes it by and is counted.
//
// # What fails, and how
//
// Redis slow or gone: 50 ms, then, after a few of those, nothing at all until a
// probe succeeds; every question goes on to the database. The queue of writes
// full: the write is dropped, which costs somebody else a load. The database gone:
// valid answers go on being fresh while changes can be heard of, and within their
// stale-if-error so much of the rest is given as is not known to be overtaken.
//
// Every goroutine belongs to a Tasks, which is run and stopped as a service.
package cache
