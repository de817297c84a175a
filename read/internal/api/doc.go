// Package api is the HTTP face of the reader: GraphQL over HTTP in, cached
// bytes out.
//
//	fasthttp ── Handle ──┬─ lane: a spelling seen before, its entry still fresh → bytes out
//	                     └─ Fiber: routes → fields → Parser → answer.Source → headers, body
//
// Two invariants hold for every answer:
//
//   - It depends on nothing but the question, Accept and Accept-Encoding (and on
//     X-Tercul-Min-Seq, which only asks for a newer one). Cookies and
//     Authorization are never read, Set-Cookie is never sent, and Vary never says
//     more than "Accept, Accept-Encoding". Whether it is answered at all may depend
//     on the caller's address, where that is limited: a 429, which nobody stores, is
//     the only answer that says so.
//   - What failed is a JSON GraphQL error with a code and "no-store", whichever
//     layer found the fault: the handler, Fiber's router, or fasthttp while it was
//     still reading the request.
//
// fasthttp reuses a request's bytes for the next one. Everything that outlives
// the handler (fields, keys of the lane, request ids in logs) is a copy, and the
// context handed to the source is an own one with a deadline, never fasthttp's:
// that one's Done channel does not speak of the client or of time.
package api
