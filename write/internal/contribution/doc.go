// Package contribution holds what members propose and its way through review.
//
// A contribution is an editor's mutation that waits: its patch is that mutation's
// input. It has no rules of its own about works, texts or authors. When it is begun,
// changed or submitted the editor's command is tried in a savepoint and undone, so
// that its faults are the contribution's; when it is applied the same command runs
// for good, with the contribution as its cause (command.Tx.Nested). What the trial
// made of the description is kept beside what it was made of, for the diff.
//
// # States
//
//	DRAFT ── submit ─▶ SUBMITTED ── assign, first of two approvals ─▶ IN_REVIEW
//	SUBMITTED, IN_REVIEW ── review ─▶ APPROVED, CHANGES_REQUESTED or REJECTED
//	CHANGES_REQUESTED ── submit ─▶ SUBMITTED
//	APPROVED ── apply ─▶ APPLIED, or CONFLICTED where the command has faults by now
//	CONFLICTED ── update ─▶ DRAFT
//	anything open ── withdraw; the purge of what it is about; its author's leaving ─▶ WITHDRAWN
//
// APPLIED, REJECTED and WITHDRAWN are the ends. The table is in status.go.
//
// # Invariants
//
// A contribution's subject is locked before anything is read of it, and before what
// it changes: of two that decide or apply, the second sees what the first has done.
// Its version is that of its content: a review is of the version that was read, and
// a new one, or another submission, leaves all reviews behind. Nobody reviews their
// own. Each step leaves an event, which is never changed. What was not submitted is
// its author's alone. What was merged away since a patch was written is followed
// whenever the patch is read.
package contribution
