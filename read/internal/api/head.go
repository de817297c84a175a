package api

import (
	"strconv"

	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// vary names all that an answer depends on besides its URL.
const vary = "Accept, Accept-Encoding"

// head is what precedes the bytes of an answer.
type head struct {
	entry       *answer.Entry
	stale       bool
	contentType string
	location    string // the canonical URL, if the request spelt it otherwise
	cacheStatus string

	deprecation, sunset string // of the document
}

func headOf(res answer.Result, m gqlhttp.Media, location string) head {
	return head{
		entry: res.Entry, stale: res.Layer == answer.Stale,
		contentType: m.Header(), location: location, cacheStatus: res.CacheStatus,
	}
}

// of says what there is to say of the document that was asked.
func (d head) of(op *operation.Operation) head {
	if op != nil {
		d.deprecation, d.sunset = op.Retirement()
	}
	return d
}

// write sets the headers of a 200.
func (d head) write(h *fasthttp.ResponseHeader) {
	h.SetStatusCode(fasthttp.StatusOK)
	h.SetContentType(d.contentType)
	if coding := codingName(d.entry.Enc); coding != "" {
		h.SetContentEncoding(coding)
	}
	d.writeShared(h)
}

// writeNotModified sets those of a 304: what a 200 would have said about
// caching, and nothing about bytes that are not sent.
func (d head) writeNotModified(h *fasthttp.ResponseHeader) {
	h.SetStatusCode(fasthttp.StatusNotModified)
	d.writeShared(h)
}

func (d head) writeShared(h *fasthttp.ResponseHeader) {
	e := d.entry
	set(h, fasthttp.HeaderVary, vary)
	set(h, fasthttp.HeaderAccessControlAllowOrigin, "*")
	set(h, fasthttp.HeaderAccessControlExposeHeaders, "*") // a page reads X-Tercul-Seq to ask for no less next time
	set(h, fasthttp.HeaderETag, e.ETag)
	set(h, fasthttp.HeaderContentLocation, d.location)
	set(h, "Cache-Status", d.cacheStatus)
	set(h, "Deprecation", d.deprecation)
	set(h, "Sunset", d.sunset)
	if !evict.Own(e.AsOf) { // else it means nothing to the reader that it would be shown to next
		set(h, headerSeq, strconv.FormatUint(e.AsOf, 10))
	}
	d.writeLifetime(h)
}

func (d head) writeLifetime(h *fasthttp.ResponseHeader) {
	e := d.entry
	if e.NoStore {
		set(h, fasthttp.HeaderCacheControl, "no-store")
		return
	}
	shared, surrogate := e.CacheControl, e.SurrogateControl
	if d.stale {
		shared, surrogate = staleShared, staleSurrogate
	}
	set(h, fasthttp.HeaderCacheControl, shared)
	set(h, "Surrogate-Control", surrogate)
	set(h, "CDN-Cache-Control", surrogate)
	set(h, "Surrogate-Key", e.SurrogateKey)
	set(h, "Cache-Tag", e.CacheTag)
}

// What is past its time here must not begin a new lifetime at the edge; a
// second there is enough to keep a crowd from asking one by one.
const (
	staleShared    = "public, max-age=0, s-maxage=1"
	staleSurrogate = "max-age=1"
)

func set(h *fasthttp.ResponseHeader, name, value string) {
	if value != "" {
		h.Set(name, value)
	}
}

// codingName is empty for the identity, which has no name in Content-Encoding.
func codingName(enc answer.Encoding) string {
	if enc == answer.Identity {
		return ""
	}
	return enc.String()
}
