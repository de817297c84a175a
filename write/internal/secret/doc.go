// Package secret keeps keys out of sight, tells them apart by id so that they
// rotate, and seals what the database stores and must not know.
//
// A Secret shows itself only to Reveal: printed in any way, encoded or logged, by
// itself or deep in a struct, it says "[secret]" or an address. A Ring is keys by
// id, as an operator writes them: the first is the one in use, the others are
// there for what was made before. Seal encrypts with the key in use and notes its
// id, so that Open finds it and a job finds what to seal anew.
//
// What fails: a ring that is not well written says which key, never what it
// holds. A sealed value that was changed, is bound to something else, or was
// sealed by a key that is no longer in the ring does not open; nothing of its
// content is in the error.
package secret
