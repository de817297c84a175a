// Package measure reads a text line by line and says in numbers what it is like.
//
// Every measure names its method. Where no method is valid for the text at hand,
// for its language, its script or its length, the measure is UNSUPPORTED and says
// why; there is never a number that means nothing. docs/analysis.md has the
// formulas and their sources.
//
// An Analyzer does no I/O. The same lines give the same report. It holds each
// different word once and each word as a number, so a text of 8 MB takes some tens
// of megabytes and not more: it reads the first 4 MiB and tells which share of the
// text that was.
package measure
