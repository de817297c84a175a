// Package signature signs and verifies sensitive requests by RFC 9421, with the
// digest of the body by RFC 9530.
//
//	Content-Digest: sha-256=:…:
//	Signature-Input: tercul=("@method" "@target-uri" "content-digest" "content-type");created=…;keyid="…";nonce="…";tag="tercul"
//	Signature: tercul=:…:
//
// It is the part of the RFC that this needs: Ed25519, requests, fields without
// parameters, and the derived components @method, @target-uri, @authority,
// @scheme, @path, @query and @request-target. The fields are read and written by
// a library of structured fields.
//
// Invariants. The method, the whole address, the type of the body and the body
// are covered, so that a signature is good for one request only; the address may
// be covered as @target-uri or as @authority, @path and @query. More may be
// covered. The scheme and the authority are those that the service is configured
// with, not those that a proxy passes on, so that a signature for another service
// is none here. Exactly one signature bears the tag, and its parameters are those
// above, with alg and expires allowed.
//
// A signature is at most a minute old. Within that time it could be sent again:
// the caller stores KeyID and Nonce until Until, in the transaction of the change,
// and answers ErrReplayed where they were there.
//
// What fails: each reason is an error of its own, below. None of them holds a
// field's value.
package signature
