package cachekey

// Space is the name that sets one installation's Redis keys apart from others on
// the same server. The keys of the bus carry it as a hash tag, because one script
// touches all of them and a cluster must keep them on one node.
type Space string

// DefaultSpace is the space of an installation that did not choose another.
const DefaultSpace Space = "tercul"

// entryFamily carries the version of the entry's binary form.
const entryFamily = ":e1:"

// limitFamily carries the version of what a limit's key holds.
const limitFamily = ":l1:"

// State is the hash with the bus's epoch, sequence and last sign of life.
func (s Space) State() string { return "{" + string(s) + "}:bus" }

// Tags is the hash of tag versions. It has no expiry: where Redis must evict, it
// has to evict volatile keys only, which the entries are.
func (s Space) Tags() string { return "{" + string(s) + "}:tags" }

// Log is the capped stream that readers replay.
func (s Space) Log() string { return "{" + string(s) + "}:log" }

// Known is the sorted set of the rows that were announced, by transaction.
func (s Space) Known() string { return "{" + string(s) + "}:known" }

// Channel is where invalidations are announced.
func (s Space) Channel() string { return "{" + string(s) + "}:news" }

// Views is a key of the counting of views: what waits to be stored, and who was
// counted. One script touches several of them.
func (s Space) Views(name string) string { return "{" + string(s) + "}:views:" + name }

// Entry is the key of an answer in Redis.
func (s Space) Entry(k Key, e Encoding) string { return string(s) + entryFamily + k.In(e) }

// Limit is the key of what a rate limit holds against a subject, whose name must
// say nothing: it is seen by whoever may look into Redis.
func (s Space) Limit(rule, hidden string) string {
	return string(s) + limitFamily + rule + ":" + hidden
}
