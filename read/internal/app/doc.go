// Package app puts the reader together and runs it.
//
//	config → logs, metrics, traces → Postgres, Redis
//	       → documents: parsed, validated, planned, and each plan EXPLAINed
//	       → the clock of invalidations → the chain of caches → HTTP
//
// What is wrong with the settings is listed at once. What is wrong with a
// document, or with a plan, stops the start with the document's name: a process
// that came up answers everything it says it can answer. Postgres may come up
// later than the reader; Redis may be missing for good.
//
// On the way down the order is reversed: readiness says so first, the listener
// closes, requests in flight end, then the subscriber, then the connections.
package app
