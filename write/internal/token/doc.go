// Package token makes and checks the tokens of accounts, and holds the rules by
// which they are renewed. It knows no database: what is stored goes in and out.
//
// Access tokens (Access) are JWTs of ten minutes, signed with Ed25519 and nothing
// else: the header and claims of RFC 9068, less client_id, for there are no
// clients to tell apart, with the session (sid), the account's epoch and its
// roles. They prove who signed in; whoever accepts one still compares session
// and epoch to the database, where a role change or a logout acts at once.
//
// Their keys (KeySet) are known by the thumbprint of the public key:
//
//	NEXT ──── ACTIVE ──── RETIRING ──── RETIRED
//	published  signs       its last      forgotten
//	ahead                  tokens run out
//
// All but RETIRED verify and are in the JWKS. NEXT verifies too, because another
// instance may have seen it become ACTIVE before this one. Rotation says which
// key moves on; it is applied under a lock by whoever stores the keys. A private
// key leaves this package only sealed, bound to its id.
//
// Opaque tokens (Opaque) are 32 random bytes with a prefix that secret scanners
// can be told; their SHA-256 is stored.
//
// Refresh tokens are opaque tokens in a chain: each is used once and names its
// successor, which is derived from it with a key of the configuration. So an
// answer that was lost on its way can be given again, the very same, without the
// token being stored: one that was used, within the grace and while its
// successor is unused, is answered with that successor. Any other second use is
// a theft, of this token or of its successor, and ends the session.
//
// Invariants: a session has at most one unused refresh token; concurrent
// refreshes of one token all end with the same successor and a live session;
// after a reuse the session has none.
//
// What fails: ErrExpired tells a token that was good; every other token is
// ErrInvalid, ErrUnknownKey among them for whoever wants to load the keys again.
// No error, print or log shows a token or a key.
package token
