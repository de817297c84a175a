// Package purge removes for good what was deleted more than 30 days ago: works,
// translations, authors, collections, comments and categories, with what hangs on
// them. It is a job of every hour.
//
// # Invariants
//
// What can still be restored is left alone; an hour more covers clocks that differ.
// What hangs on a thing goes first, a thousand rows in a transaction, since nobody
// sees it any more; the thing itself, with what came late, goes in one. So a run that
// is cut short leaves nothing that the next does not find. What still holds together
// what is left, stays until that is gone: a comment with replies (its words go), a
// category with others below it, an author who is still credited.
//
// The row of core.subjects stays, and with it the id and the addresses, which are
// never given out again; so do the audit, the change feed, the reports, contributions
// and, of what was merged, the redirect and the history. Open contributions about the
// thing are withdrawn before it goes, and their events say why. The history of
// anything else goes by core.forget_history, since the writer's role may not rewrite
// history itself.
package purge
