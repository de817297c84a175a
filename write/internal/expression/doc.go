// Package expression holds what the commands of translations, texts and rights
// share: the state of an expression, held for a change, and how it is shown.
//
// A command that changes an expression holds its work too, whose row is the lock of
// what the read model derives from both.
package expression
