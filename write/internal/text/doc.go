// Package text holds the commands of texts: what writes a text and sets it back.
//
// A text is written whole. Its lines keep their keys where their words stay, every
// state of it is a revision that never changes, and alignments go on where its lines
// are as they were (package textstore). Its number is its own: a new text
// raises the expression's version, for the change feed, and leaves no revision of
// the description, which did not change.
package text
