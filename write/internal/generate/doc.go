// Package generate fills a database with a made-up library for load tests: works
// with Zipf popularity, their authors, translations and texts in many scripts.
//
// Everything follows from the seed and a number: nothing is kept in memory, every
// table is one COPY whose rows are worked out as they are sent, and the same seed
// gives the same rows, ids and times included, whatever the Go release. (Hence
// its own random numbers.) What the database adds, the outbox and the change
// feed, carries the time of the run.
//
// As a superuser it loads with the foreign keys' triggers off, which halves the
// time; a test loads with them on, which is the proof that nothing dangles.
package generate
