// Package translation holds the commands of expressions: what makes, changes,
// publishes, takes back, deletes and restores the original text of a work and its
// translations. Their words are written by package text.
package translation
