package answer

import (
	"context"
	"net/netip"
	"time"

	"github.com/tercul/tercul/shared/cachekey"
)

// Encoding is the content coding of an answer.
type Encoding = cachekey.Encoding

// The codings.
const (
	Identity = cachekey.Identity
	Gzip     = cachekey.Gzip
	Brotli   = cachekey.Brotli
	Zstd     = cachekey.Zstd
)

// Query is one question, parsed, bound and canonical. Nothing in it may alias the
// request's buffers: a load outlives the request that started it.
type Query struct {
	Op   Operation
	Vars any          // the bound values; only the store looks inside
	Key  cachekey.Key // schema version, document and variables; not the encoding
	Enc  Encoding
	// MinSeq is the read-your-writes ticket: the answer must be at least as new.
	MinSeq uint64
	// Client is who asked, where that is limited: an address, not its text, which
	// would be the next request's by the time a load looks. It is no part of the key,
	// and no answer depends on it.
	Client netip.Addr

	// What follows is set by the links of the chain for those below them.

	// Prev is what was answered last, in this encoding and in identity. It is out
	// of date, but where the data turns out to be unchanged its bytes and its ETag
	// are used again. Nil where nothing is known.
	Prev, PrevBase *Entry
	// Base is a valid identity answer, from which the encoding can be made.
	Base *Entry
	// Reload asks for an answer that is not even soft-expired.
	Reload bool
}

// Operation is the compiled operation that a question asks.
type Operation interface {
	Name() string
	Hash() string
	Policy() Policy
}

// DocumentTag is the tag of all answers to an operation, so that they are renewed
// everywhere when its document is retired or blocked; empty for what is no document's
// hash.
func DocumentTag(op Operation) string {
	const digits = 16 // of 64, for which ops.documents announces as many
	if hash := op.Hash(); len(hash) >= digits {
		return "doc:" + hash[:digits]
	}
	return ""
}

// Policy says how long answers to an operation may be kept.
type Policy struct {
	MaxAge       time.Duration // in browsers
	SharedMaxAge time.Duration // in shared caches, and here
	Lasting      time.Duration // in shared caches, of an answer that was pinned, where that is longer
	// StaleWhileRevalidate is how long an expired answer may be given while a new
	// one is fetched; StaleIfError, while none can be.
	StaleWhileRevalidate, StaleIfError time.Duration
	Immutable                          bool
	NoStore                            bool
	// Negative is how long a null answer may be kept; 0 for not at all.
	Negative time.Duration
}

// Layer is where an answer came from.
type Layer uint8

// The layers. Stale is an answer past its time, whichever layer held it.
const (
	Origin Layer = iota
	L1
	L2
	Stale
)

// String is the layer's name in metrics and logs.
func (l Layer) String() string {
	switch l {
	case L1:
		return "l1"
	case L2:
		return "l2"
	case Stale:
		return "stale"
	default:
		return "origin"
	}
}

// Result is an answer and how it was come by.
type Result struct {
	Entry *Entry
	Layer Layer
	// CacheStatus is the value of the header of that name (RFC 9211).
	CacheStatus string
	// Base is the identity answer that Entry was encoded from, for the caches.
	Base *Entry
}

// Source answers questions. Every link of the chain is one.
type Source interface {
	Answer(ctx context.Context, q *Query) (Result, error)
}

// SourceFunc makes a Source of a function.
type SourceFunc func(ctx context.Context, q *Query) (Result, error)

// Answer calls f.
func (f SourceFunc) Answer(ctx context.Context, q *Query) (Result, error) { return f(ctx, q) }
