// Package merge is what merges of works and of authors share: holding what is to
// become one, and moving what hangs on it.
//
// # Invariants
//
// A merge is one transaction. It first locks all that it is going to touch, in the
// order of the ids and so that nothing can be hung on it meanwhile: of two merges
// that meet the second sees what the first has done. Afterwards no row points at a
// source but its own, its history, what contributions came to, and the redirect that
// leads from its id to the target in one step (core.id_redirects). What both sides had
// is there once.
//
// A merge publishes nothing: sources are not withheld, and a source that everybody
// sees goes into a target that everybody sees. It opens nothing either: rights stay
// stated as they were for each text.
package merge
