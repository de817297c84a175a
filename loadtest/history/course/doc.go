// Package course runs a history from beginning to end: it makes a library, has people
// read and write, breaks one thing after the other, some of them together, and looks
// at the end whether every layer equals the database.
package course
