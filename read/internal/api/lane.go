package api

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
	"unsafe"
	"weak"

	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
)

// The lane answers a request whose exact spelling was answered from L1 before,
// without parsing it again. Popular questions come as the same bytes time after
// time: same URL, same Accept, same Accept-Encoding. Everything between those
// bytes and the entry (routing, unescaping, JSON, coercion, canonical key, the
// shard's lock and a copy) is a pure function of them, so its outcome can be
// remembered; the entry's freshness cannot, nor whether the document is still
// run, and both are asked each time. That saves some ten microseconds a hit, which is most of what a hit costs.
//
// The table is an array of sets of two slots, each an atomic pointer: no lock,
// bounded by construction, nothing to expire. It holds entries weakly: what L1
// lets go of, the collector takes, whatever was learnt about it here.
type lane struct {
	hot   Hot
	docs  Parser // for its generation
	seed  maphash.Seed
	slots []atomic.Pointer[spelling]
}

// spelling is one remembered request and the head of its answer. A 304 has the
// same head less what describes the bytes.
type spelling struct {
	key        string
	generation uint64 // of the documents when it was parsed
	entry      weak.Pointer[answer.Entry]
	head       fasthttp.ResponseHeader
}

// Longer requests are rare and gain little.
const (
	maxSpelling = 2 << 10
	maxLaneURI  = 1 << 10
)

func newLane(hot Hot, docs Parser, size int) *lane {
	size = 2 << bits.Len(uint(max(size, 2)-1)/2)
	return &lane{hot: hot, docs: docs, seed: maphash.MakeSeed(), slots: make([]atomic.Pointer[spelling], size)}
}

// asked is what the lane reads of a request's headers, in one pass.
type asked struct {
	accept, encoding, noneMatch, requestID []byte
	odd                                    bool // something the lane does not handle
}

func (a *asked) read(h *fasthttp.RequestHeader) {
	for name, value := range h.All() {
		switch string(name) {
		case fasthttp.HeaderAccept:
			a.once(&a.accept, value)
		case fasthttp.HeaderAcceptEncoding:
			a.once(&a.encoding, value)
		case fasthttp.HeaderIfNoneMatch:
			a.once(&a.noneMatch, value)
		case headerRequestID:
			a.once(&a.requestID, value)
		case headerMinSeq:
			a.odd = true
		}
	}
}

// once leaves headers in several lines to the way that joins them.
func (a *asked) once(into *[]byte, value []byte) {
	a.odd = a.odd || *into != nil
	*into = value
}

// appendKey frames the spelling: a URI holds no NUL and neither does a header.
func (a *asked) appendKey(dst, uri []byte) []byte {
	dst = append(append(dst, uri...), 0)
	dst = append(append(dst, a.accept...), 0)
	return append(dst, a.encoding...)
}

func (a *asked) fits(uri []byte) bool {
	return !a.odd && len(uri) <= maxLaneURI && len(uri)+len(a.accept)+len(a.encoding)+2 <= maxSpelling
}

// serve answers the request if it can, and tells whether it did.
func (l *lane) serve(s *Server, ctx *fasthttp.RequestCtx) bool {
	if !ctx.IsGet() {
		return false
	}
	uri := ctx.RequestURI()
	var a asked
	if a.read(&ctx.Request.Header); !a.fits(uri) {
		return false
	}
	var buf [maxSpelling]byte
	sp := l.find(a.appendKey(buf[:0], uri))
	if sp == nil || sp.generation != l.docs.Generation() {
		return false
	}
	e := sp.entry.Value()
	if e == nil || !l.hot.Fresh(e) {
		return false
	}
	s.writeLane(ctx, &a, sp, e)
	return true
}

func (s *Server) writeLane(ctx *fasthttp.RequestCtx, a *asked, sp *spelling, e *answer.Entry) {
	h := &ctx.Response.Header
	sp.head.CopyTo(h)
	if len(a.noneMatch) > 0 && noneMatch(view(a.noneMatch), e.ETag) {
		h.SetStatusCode(fasthttp.StatusNotModified)
		h.SetContentTypeBytes(nil)
		h.SetContentEncodingBytes(nil)
		s.meters.laneNotModified.Inc()
	} else {
		ctx.Response.SetBodyRaw(e.Body)
		s.meters.laneHit.Inc()
	}
	var id [maxRequestID]byte
	h.SetBytesV(headerRequestID, s.ids.append(id[:0], a.requestID))
	s.logger.lane(ctx)
}

func (l *lane) find(key []byte) *spelling {
	at := l.index(key)
	for _, i := range [2]uint64{at, at ^ 1} {
		if sp := l.slots[i].Load(); sp != nil && sp.key == string(key) {
			return sp
		}
	}
	return nil
}

func (l *lane) index(key []byte) uint64 {
	return maphash.Bytes(l.seed, key) & uint64(len(l.slots)-1) //nolint:gosec // a length is not negative
}

// learn remembers a request that L1 has just answered: at least its second
// sighting, so that questions asked once do not push out popular ones. The
// newcomer takes the set's first slot and moves its holder to the second.
func (l *lane) learn(ctx *fasthttp.RequestCtx, generation uint64, res answer.Result, d head) {
	var a asked
	a.read(&ctx.Request.Header)
	uri := ctx.RequestURI()
	if res.Layer != answer.L1 || res.Entry.NoStore || !ctx.IsGet() || !a.fits(uri) || !l.hot.Fresh(res.Entry) {
		return
	}
	key := a.appendKey(nil, uri)
	sp := &spelling{key: string(key), generation: generation, entry: weak.Make(res.Entry)}
	d.write(&sp.head)
	at := l.index(key)
	if old := l.slots[at].Swap(sp); old != nil && old.key != sp.key {
		l.slots[at^1].Store(old)
	}
}

// view reads bytes as a string for the length of a call, without a copy.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) } //nolint:gosec // nothing keeps it
