// Package traffic writes and reads as many people do at once, and tells a Judge.
//
// Editors change registers: through the write service, or in SQL of their own, in
// transactions that take their time, commit out of order, or are rolled back. Each
// register is changed by one of them at a time. What an edit came to may be unknown,
// where the writer was killed under it; then it binds nobody.
//
// Clients ask the readers for persisted documents by GET, in several encodings, with
// and without the ETag they hold, with and without a ticket. A crowd asks for one cold
// key at once. A sampler asks Postgres how many statements the readers have running.
package traffic
