// Package jsonl reads JSON Lines files one record at a time.
//
// It is strict where silent repair would corrupt literature: bytes that are
// not UTF-8, lone surrogates written as \uD800, and members given twice are
// errors of that record, never replacement characters. An error belongs to its
// line alone: reading goes on with the next one. Memory is bounded by the
// longest line, and a line over MaxLine is skipped without being held.
package jsonl
