// Package author holds the commands of persons: authors and translators are one
// kind of thing, and what they did is told where they are named.
//
// Every change of a description raises the person's version and leaves a revision
// of it.
package author
