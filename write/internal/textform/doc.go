// Package textform turns a text as it was delivered into the form the library
// keeps: normalised characters, ordered lines with citable refs, and keys that
// stay with a line for as long as its words do.
//
// Invariants: a cleaned string is NFC, holds no control and no bidirectional
// override character, and its only line end is "\n". A line is never empty and
// never ends in white space. Refs are the line numbers counted through the text,
// under a prefix where the text is a numbered part of a larger book.
package textform
