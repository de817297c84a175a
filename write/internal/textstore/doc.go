// Package textstore keeps texts: their present lines, and every revision whole.
//
// Importer and API write texts by it, so that both leave the same rows: lines
// numbered from 1, under the part that their refs begin with; a revision for each
// state; and alignments that follow their texts (Carry). What a text comes to on its
// expression (revision, hash, counts) is for the caller to note.
package textstore
