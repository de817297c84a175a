// Package member has what admins do about accounts: finding them, giving roles,
// closing them for a while.
//
// Whatever is changed here acts at once: roles and standing are read with each
// request, and the account's epoch is raised, so that tokens of before have run out.
// There is always one admin who can sign in and has not asked to be deleted
// (account.KeepAdmin).
//
// A suspension closes the account and nothing else: its profile, comments, likes and
// collections stay as they are. One that has an end is over when its owner signs in
// after it.
package member
