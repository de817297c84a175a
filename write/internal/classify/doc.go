// Package classify holds the commands that put tags on works, texts and authors and
// file them under categories.
//
// Each is a change of the description: it raises the version and leaves a revision.
package classify
