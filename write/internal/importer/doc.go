// Package importer loads a library from a folder of JSON Lines files
// (docs/import.md) into Postgres.
//
// An import is a fixed list of stages, one transaction each: what a stage read
// is wholly there or not at all, and ops.import_runs says which stages of an
// unfinished run are done, so that the same folder imported again continues
// where the last attempt stopped. Records stream through in batches; memory
// does not grow with the size of the files, but for one 16-byte id a record.
//
// It is idempotent. Ids follow from the kind and id of a record at its source;
// rows are written only where they differ from what is stored, so an import of
// unchanged files writes nothing and announces nothing, and a changed record
// changes its own rows, raises its own version and, when its words changed, adds
// a text revision in which unchanged lines keep their keys. Nothing is deleted
// because a record is missing from a file.
//
// A record that breaks a rule is listed with file, line, field and reason, and
// the rest goes in. What Postgres itself refuses is narrowed down to the record
// by repeating the batch one record at a time under savepoints.
//
// As soon as a batch brings many new records the run turns to bulk: the triggers
// of the read model rest, and the last stage refreshes it whole and announces
// "*". A small import leaves them on, and they announce precisely what changed.
package importer
