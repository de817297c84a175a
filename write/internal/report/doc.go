// Package report holds what members tell the editors about things that are wrong,
// and what editors decide about it.
//
// A member has one open report about one thing, and may make 20 in a day.
package report
