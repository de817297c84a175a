// Package provider has one driver for each kind of edge: Varnish, Fastly, Cloudflare, and
// any other by a signed hook. A driver makes one call with keys that fit into one; when to
// call, how often, and what to do after a failure is its caller's.
//
// No error of a driver holds a key, a token, a URL or an address: it may be logged as it is.
package provider
