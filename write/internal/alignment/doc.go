// Package alignment holds the commands of alignments: which lines of two texts of a
// work answer each other, each text in its current revision.
//
// Of two texts there is one approved alignment, whose former one becomes REJECTED,
// and one suggestion of each member. The row with the smaller id is the left one,
// whatever the caller called it.
package alignment
