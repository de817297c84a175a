// Package password judges and keeps passwords.
//
//	password ── OpaqueString, NFKC ── HMAC-SHA-256 under the pepper ── Argon2id ── PHC string
//
// A Policy judges a new password: 12 to 128 characters as typed, without the
// name of its owner, not easily guessed, in no breach list. A Hasher makes what
// the database stores and compares against it.
//
// Invariants. What is stored cannot be attacked without the pepper, which is in
// the configuration alone. Each stored hash names its pepper and its costs, so
// both are changed by configuration: Verify says when a hash is due to be made
// anew, which only a sign-in can do. No cost is below the least that OWASP names
// (19 MiB, twice, one lane), not even one that is read from the database.
//
// At most Concurrent hashes are computed at once; the others wait in order, each
// as long as its context lets it, so that a flood of sign-ins takes time and not
// the machine's memory, which is Concurrent × Memory. A hash that has begun is
// not broken off.
//
// An unknown account costs what a known one does: call Dummy. A password that
// cannot be one (see Policy) is compared all the same, and never matches.
//
// What fails: the wait, with the context's error; a stored hash that cannot be
// read or is out of bounds (ErrMalformed) or whose pepper was taken out of the
// configuration (ErrUnknownPepper), which are the operator's to mend; a breach
// list that stops being one. No error and no metric holds anything of a password.
package password
