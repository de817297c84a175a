package answer

import (
	"slices"
)

// Kind says what an answer holds.
type Kind uint8

// The kinds of answers. Null is the honest answer about something that does not
// exist; Partial has errors beside its data and is never stored.
const (
	Full Kind = iota
	Null
	Partial
)

// Entry is an answer with everything its headers need. It is immutable.
type Entry struct {
	// AsOf is the sequence up to which changes are surely part of the answer.
	AsOf uint64
	// Until Soft the answer is fresh; until Hard it may be given while a new one is
	// fetched; until Until it may be given when none can be. Unix milliseconds.
	Soft, Hard, Until int64
	// Keep is until when L1 gives the answer without asking below again. It belongs
	// to one process and is no part of the binary form.
	Keep int64

	Status  Kind
	Enc     Encoding
	NoStore bool

	// Sum identifies the data, apart from stamps and encoding.
	Sum   [16]byte
	Tags  []string
	Slots []uint32

	// Header values, ready to be written. SurrogateControl is also the value of
	// CDN-Cache-Control.
	ETag, CacheControl, SurrogateControl string
	SurrogateKey, CacheTag               string

	Body []byte
}

// Unstored returns the entry as an answer that nobody may keep.
func (e *Entry) Unstored() *Entry {
	if e.NoStore {
		return e
	}
	c := *e
	c.NoStore = true
	return &c
}

// Kept returns the entry with another Keep.
func (e *Entry) Kept(until int64) *Entry {
	c := *e
	c.Keep = until
	return &c
}

// Stamped returns the entry with a later stamp. The caller must know that none of
// its tags was touched up to it.
func (e *Entry) Stamped(asOf uint64) *Entry {
	c := *e
	c.AsOf = asOf
	return &c
}

// Encoded returns the entry in another encoding, with the bytes given.
func (e *Entry) Encoded(enc Encoding, body []byte) *Entry {
	c := *e
	c.Enc, c.Body, c.ETag = enc, body, etag(body)
	return &c
}

// Renewed returns the entry with the bytes of an earlier answer, where the two
// differ in nothing but their stamps: clients that hold the earlier one then go
// on being told 304. The earlier answer may be in another encoding.
func (e *Entry) Renewed(prev *Entry) (*Entry, bool) {
	if prev == nil || e.NoStore || prev.Sum != e.Sum || prev.Status != e.Status ||
		prev.CacheControl != e.CacheControl || prev.SurrogateControl != e.SurrogateControl ||
		prev.SurrogateKey != e.SurrogateKey || !slices.Equal(prev.Tags, e.Tags) {
		return e, false
	}
	c := *e
	c.Enc, c.Body, c.ETag = prev.Enc, prev.Body, prev.ETag
	return &c, true
}

// Size is roughly what the entry holds in memory.
func (e *Entry) Size() int {
	const fixed = 320
	n := fixed + len(e.Body) + len(e.ETag) + len(e.CacheControl) + len(e.SurrogateControl) + len(e.SurrogateKey) + len(e.CacheTag)
	for _, tag := range e.Tags {
		n += len(tag) + 20
	}
	return n
}
