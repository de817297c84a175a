package answer

import (
	"encoding/binary"
	"errors"
	"unsafe"

	"github.com/tercul/tercul/shared/invalidate"
)

// The binary form, big-endian:
//
//	 0 'E' 1 status encoding
//	 4 asOf  12 soft  20 hard  28 until   8 bytes each
//	36 sum                                16 bytes
//	52 number of tags; lengths of ETag, Cache-Control, Surrogate-Control,
//	   Surrogate-Key, Cache-Tag           2 bytes each
//	64 length of the body                 4 bytes
//	68 the tags, each after its length in 1 byte; the strings; the body
//
// Slots are not kept: they follow from the tags.
const (
	formMark    = 'E'
	formVersion = 1
	headSize    = 68

	maxTags = 1<<16 - 1
	maxBody = 1<<31 - 1
)

// StampAt is where the stamp's first byte is, for scripts that compare it, and
// StampEnd where its last is.
const (
	StampAt  = 4
	StampEnd = 11
)

// ErrForm means that bytes are no entry of this version.
var ErrForm = errors.New("not an entry")

// EncodedSize is the length of the binary form.
func (e *Entry) EncodedSize() int {
	n := headSize + len(e.Body)
	for _, s := range e.strings() {
		n += len(*s)
	}
	for _, tag := range e.Tags {
		n += 1 + len(tag)
	}
	return n
}

// Encode appends the binary form to b. The entry must be one that may be stored.
func (e *Entry) Encode(b []byte) []byte {
	b = append(b, formMark, formVersion, byte(e.Status), byte(e.Enc))
	for _, n := range [...]uint64{e.AsOf, uint64(e.Soft), uint64(e.Hard), uint64(e.Until)} { //nolint:gosec // bits
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, e.Sum[:]...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(e.Tags))) //nolint:gosec // NewEntry bounds it
	for _, s := range e.strings() {
		b = binary.BigEndian.AppendUint16(b, uint16(len(*s))) //nolint:gosec // headers are bounded by 16 KB
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(e.Body))) //nolint:gosec // a text is 8 MB at most
	for _, tag := range e.Tags {
		b = append(b, byte(len(tag))) //nolint:gosec // 80 at most, else NoStore
		b = append(b, tag...)
	}
	for _, s := range e.strings() {
		b = append(b, *s...)
	}
	return append(b, e.Body...)
}

// strings are the header values in the order of the binary form.
func (e *Entry) strings() [5]*string {
	return [...]*string{&e.ETag, &e.CacheControl, &e.SurrogateControl, &e.SurrogateKey, &e.CacheTag}
}

// Decode reads the binary form. The entry shares the memory of data, which must
// not change any more.
func Decode(data []byte) (*Entry, error) {
	if len(data) < headSize || data[0] != formMark || data[1] != formVersion ||
		data[2] > byte(Null) || !Encoding(data[3]).Valid() {
		return nil, ErrForm
	}
	e := &Entry{
		Status: Kind(data[2]), Enc: Encoding(data[3]),
		AsOf: binary.BigEndian.Uint64(data[4:]),
		Soft: int64(binary.BigEndian.Uint64(data[12:])), Hard: int64(binary.BigEndian.Uint64(data[20:])), //nolint:gosec // bits
		Until: int64(binary.BigEndian.Uint64(data[28:])), //nolint:gosec // bits
		Sum:   [16]byte(data[36:52]),
	}
	r := reader{rest: data[headSize:]}
	e.readTags(&r, int(binary.BigEndian.Uint16(data[52:])))
	for i, s := range e.strings() {
		*s = r.text(int(binary.BigEndian.Uint16(data[54+2*i:])))
	}
	length := binary.BigEndian.Uint32(data[64:])
	if length > maxBody || int(length) != len(r.rest) || r.short {
		return nil, ErrForm
	}
	e.Body = r.rest[:length:length]
	return e, nil
}

func (e *Entry) readTags(r *reader, n int) {
	if n == 0 || n > len(r.rest) {
		r.short = r.short || n > 0
		return
	}
	e.Tags, e.Slots = make([]string, n), make([]uint32, n)
	for i := range e.Tags {
		e.Tags[i] = r.text(r.byte())
		e.Slots[i] = invalidate.Slot(e.Tags[i])
	}
}

// reader takes fields from the front and remembers that there were too few bytes.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) byte() int {
	if len(r.rest) == 0 {
		r.short = true
		return 0
	}
	n := int(r.rest[0])
	r.rest = r.rest[1:]
	return n
}

func (r *reader) text(n int) string {
	if n > len(r.rest) {
		r.short = true
		return ""
	}
	if n == 0 {
		return ""
	}
	s := unsafe.String(&r.rest[0], n) //nolint:gosec // Decode's contract: the memory does not change
	r.rest = r.rest[n:]
	return s
}
