// Package operation holds the documents that the reader runs, and turns a request
// into a question: everything between the fields of HTTP and an answer.Query.
//
//	registry, err := operation.New(ctx, operation.Config{…})  // fails on a bad shipped document
//	go registry.Run(ctx, ready)                                // follows the table of documents
//	question, err := registry.Parse(ctx, operation.Request{DocumentID: id, Variables: json})
//
// # Documents
//
// A document is parsed, validated, measured and compiled once, and kept under the
// sha256 of its text and under the id that a client's build gave it. They come
// from the files shipped with the reader, the documents of the protocol's audit,
// manifests and folders that the operator names, and the table view.document. A
// fault in the first three stops the start and names the document; one in the
// table is logged, counted and left out. Documents that are blocked in the table
// are not run, whatever their source; nor are those past their sunset, whose ids
// are answered with its date.
//
// The registry is an immutable index behind an atomic pointer: readers take no
// lock, a refresh builds the next index and swaps. Generation changes with it, so
// that whoever remembers spellings of questions can forget them.
//
// In the mode Any, texts that are not registered are compiled when they come and
// the latest are remembered; in the mode Persisted they are only parsed and
// validated, so that the fault reported is the one the caller can mend.
//
// # Questions
//
// Variables are read by the rules of package shared/input. Their canonical form
// is the tail of the cache key and of the canonical URL, and the values that a
// statement is bound with are read back from it by Values, on a miss: so two
// questions with one key have one answer, and a hit never builds a value.
package operation
