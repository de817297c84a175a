// Package answer holds what travels through the chain of caches: the question,
// the answer, and the one interface that every link of the chain implements.
//
//	l1 → flight → fill → l2 → variant → store
//
// # Invariants
//
//   - An Entry is never changed once it was given to anyone: links share it
//     without locks, and the HTTP layer writes its bytes as they are. A link that
//     needs another copies it.
//   - Entry.AsOf was read from the clock before the data was. Nothing that was
//     announced at or before it is missing from the answer.
//   - Entry.Tags name every row the answer was made from, or a list that covers
//     it. A tag that cannot go into a header is never dropped: it is made coarser,
//     or the answer is not stored outside.
//   - The binary form is the same in every layer. Decode takes only what Encode
//     writes, and shares the memory it is given.
package answer
