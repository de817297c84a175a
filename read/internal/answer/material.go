package answer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
)

// Backstop is the longest that an answer is taken for fresh without being made
// again, whatever its policy and its tags say: it bounds what a bug can do.
const Backstop = 10 * time.Minute

// Material is what the store makes an entry of.
type Material struct {
	// Data is the value of `data`, Errors that of `errors` (nil for none), and
	// Extensions members of `extensions` beside `cache`: `"search":{…}`. JSON, copied.
	Data, Errors, Extensions []byte
	Status                   Kind
	// AsOf must have been read from the clock before the data was.
	AsOf   uint64
	Tags   []string
	Policy Policy
	Now    time.Time
}

// NewEntry renders an answer: body, ETag and the values of the headers.
func NewEntry(m Material) *Entry {
	tags := slices.Compact(slices.Sorted(slices.Values(m.Tags)))
	e := &Entry{AsOf: m.AsOf, Status: m.Status, Tags: tags, Slots: make([]uint32, len(tags)), Sum: m.sum()}
	for i, tag := range tags {
		e.Slots[i] = invalidate.Slot(tag)
		e.NoStore = e.NoStore || !invalidate.Valid(tag)
	}
	e.Body = m.body(tags)
	e.ETag = etag(e.Body)
	p := m.Policy
	if m.Status == Null {
		p = Policy{NoStore: p.NoStore || p.Negative <= 0, MaxAge: p.Negative, SharedMaxAge: p.Negative}
	}
	fresh := p.lifetime()
	if p.NoStore || fresh <= 0 || m.Status == Partial || len(m.Errors) > 0 || len(tags) > maxTags {
		e.NoStore = true
	}
	if e.NoStore {
		return e
	}
	e.setTimes(m.Now, fresh, p)
	e.setHeaders(p)
	return e
}

// lifetime is how long an answer is fresh here.
func (p Policy) lifetime() time.Duration {
	d := p.SharedMaxAge
	if d <= 0 {
		d = p.MaxAge
	}
	return min(d, Backstop)
}

// setTimes sets the expiries, up to a tenth early, so that answers made together
// are not made again together.
func (e *Entry) setTimes(now time.Time, fresh time.Duration, p Policy) {
	early := time.Duration(rand.Int64N(int64(fresh)/10 + 1)) //nolint:gosec // spreads load, guards nothing
	soft := now.Add(fresh - early)
	e.Soft = soft.UnixMilli()
	e.Hard = soft.Add(min(max(p.StaleWhileRevalidate, 0), Backstop)).UnixMilli()
	e.Until = max(e.Hard, soft.Add(max(p.StaleIfError, 0)).UnixMilli())
}

// sum identifies what the answer says. Each part is framed by its length.
func (m Material) sum() (out [16]byte) {
	h := sha256.New()
	var frame [8]byte
	for _, part := range [][]byte{m.Data, m.Errors, m.Extensions} {
		binary.BigEndian.PutUint64(frame[:], uint64(len(part)))
		h.Write(frame[:])
		h.Write(part)
	}
	return [16]byte(h.Sum(nil))
}

func (m Material) body(tags []string) []byte {
	size := len(m.Data) + len(m.Errors) + len(m.Extensions) + 96
	for _, tag := range tags {
		size += len(tag) + 3
	}
	b := append(make([]byte, 0, size), `{"data":`...)
	b = append(b, m.Data...)
	if len(m.Errors) > 0 {
		b = append(b, `,"errors":`...)
		b = append(b, m.Errors...)
	}
	b = append(b, `,"extensions":{"cache":{"asOf":`...)
	b = strconv.AppendUint(b, m.AsOf, 10)
	b = append(b, `,"tags":[`...)
	for i, tag := range tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuoteToASCII(b, tag)
	}
	b = append(b, `]}`...)
	if len(m.Extensions) > 0 {
		b = append(append(b, ','), m.Extensions...)
	}
	return append(b, `}}`...)
}

// etag is a strong validator of the bytes.
func etag(body []byte) string {
	sum := sha256.Sum256(body)
	b := append(make([]byte, 0, 24), '"')
	b = base64.RawURLEncoding.AppendEncode(b, sum[:16])
	return string(append(b, '"'))
}
