// Package analysis has texts analysed: which language they are in, how rich their
// words are, how their lines are built, which words are theirs alone.
//
// A job (Args, Worker) reads a revision of a text line by line, measures it (package
// measure), weighs its words against the other texts of the language, and leaves a
// row of core.text_analyses, which the readers see as view.text_analysis. The job is
// enqueued in the transaction that writes a text or publishes it (Enqueue), and by
// requestAnalysis; an hourly job (Catcher) finds what has none.
//
// # Invariants
//
// There is one row for each revision and each version of the analyzer. It is made
// anew only when the text is declared to be in another language, or the library has
// twice as many texts in the language to weigh words against; otherwise a job that finds a row does nothing, so it may run twice. The
// words of a text are counted in the corpus as they are in its current revision, by
// one transaction at a time.
//
// Files: job.go the work, corpus.go what words are weighed against, keywords.go how,
// store.go the rows, request.go and load.go the mutation, catch.go the hourly job.
// Package langid tells languages; it is large, and only the writer itself imports it.
package analysis
