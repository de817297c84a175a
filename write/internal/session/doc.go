// Package session knows who is signed in: it begins, renews and ends sessions, keeps
// the keys of access tokens, and tells the API who sent a request.
//
//	Begin   after a password: a session, its first refresh token, an access token
//	Renew   a refresh token for the next one, by the rules of package token
//	Revoke  one session, or all of an account
//	Identify  a request's token or cookie, and its signature
//
// A session ends after 30 days without a renewal, after 90 days in any case, and
// when it is revoked. A request costs one statement: session, account, roles and
// languages are what they are at that moment, so that a role taken away, a logout
// or a suspension acts at once, whatever the access token says. The statement also
// compares the account's epoch; a token of an older one has run out (TOKEN_EXPIRED)
// and the session can be renewed where it still lives.
//
// A session of the mode COOKIE is accepted from cookies alone and one of the mode
// BEARER from the Authorization header alone. A request that has both is judged by
// the header.
//
// A signature (RFC 9421) is looked at where a request has one. It has to be by a
// live key of whoever is signed in; key and nonce are noted at once, whatever the
// request comes to, so that no signature is good for two.
//
// # Failures
//
// Credentials that are not accepted make an Actor that is nobody and says why
// (Refused): operations that need none go on. A database that does not answer is an
// error. An unknown key has the keys loaded again, at most once a second.
package session
