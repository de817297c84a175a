// Package words cuts texts into words and sentences, and knows of a few languages
// which words carry no meaning of their own and how many syllables a word has.
//
// Words and sentences are those of Unicode's Standard Annex 29, in the form of
// package uniseg; what a word is to us is a segment with a letter in it. The
// annex needs a dictionary for scripts that do not divide words (Han, kana, Thai,
// Lao, Khmer, Burmese), and divides Tibetan into syllables: for these Counter.Words
// has no meaning, and Script tells so.
package words
