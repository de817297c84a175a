// Package command runs what changes the library: one command, one transaction.
//
// Run is the way of every command:
//
//	permission  the operation's row in package policy: role, verified, sensitive
//	validation  every fault of the input at once, each with its field
//	transaction READ COMMITTED, tried again after a deadlock or a conflict
//	  idempotency  a key that was used before answers what it answered then
//	  body         the command: locks, rules, statements
//	  audit        who did what to which version
//	commit
//
// A command reports what the caller can mend by Tx.Fault and friends and goes on
// looking for more; nothing is committed when there is a fault, unless the command
// has asked for that (Tx.Keep): what counts failures has to outlive them. Whatever
// else goes wrong is an error of package apperr or a driver's.
//
// RunAfter does slow work ahead of the transaction. Nested runs one command inside
// another's transaction, for good or on trial: a contribution is an editor's command
// that is tried when it is proposed, and done when it is approved.
//
// # Invariants
//
// A command whose operation has a rule about its object asks for it (Tx.Allow),
// or its commit is refused as a programming error. History and audit rows are in
// the transaction of the change they tell of. A body may run several times: it
// has no effect outside its transaction.
package command
