// Package api is the HTTP side of the write service: it reads a request of
// GraphQL over HTTP, finds out who asks, admits the document, and has the
// executor run it.
//
//	request    POST JSON, or GET for queries; one operation, one mutation at most; a
//	           long body from who has credentials of ours, when there is room for it
//	identity   the bearer's token, or the session's cookie; nobody without either
//	document   registered ones for everybody, any for editors (see Documents)
//	policy     each root field has a row; role and size are checked here, before
//	           anything runs
//	limits     the request is counted, in one round trip, against the general limits
//	           and those of its operation; refused requests count, too
//	executor   gqlgen, package graph
//
// Every answer is no-store. A failed request is a GraphQL error with a code and
// the status that the code has; an input that the caller can mend is a 200 with
// userErrors in the payload.
package api
