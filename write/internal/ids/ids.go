// Package ids derives the id of an imported or generated record from its kind
// and its id at the source, so that the same record gets the same id in every
// run and in every database.
package ids

import "github.com/google/uuid"

// space separates our name-based ids from everybody else's.
var space = uuid.MustParse("5f0a8d0e-6a3c-5a7e-9d55-7e4c75c0a1b3")

// For is the id of one record. The kind is part of the name, because sources
// number authors, works and translations apart.
func For(kind, source string) uuid.UUID {
	return uuid.NewSHA1(space, []byte(kind+"\x00"+source))
}

// Kinds of source record. A work record carries a work and its original text.
const (
	Person      = "person"
	Translator  = "translator"
	Work        = "work"
	Original    = "original"
	Translation = "translation"
	Series      = "series"
	Category    = "category"
	Tag         = "tag"
	User        = "user"
	Collection  = "collection"
	Comment     = "comment"
	Alignment   = "alignment"
	Row         = "row" // rows that only need a key of their own
)
