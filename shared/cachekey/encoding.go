package cachekey

// Encoding is a content coding of an answer.
type Encoding uint8

// The codings that answers are kept in.
const (
	Identity Encoding = iota
	Gzip
	Brotli
	Zstd

	encodingMask = 3
)

var (
	encodingPrefix = [...]string{"i:", "g:", "b:", "z:"}
	encodingName   = [...]string{"identity", "gzip", "br", "zstd"}
)

// String is the name that HTTP gives the coding.
func (e Encoding) String() string {
	if !e.Valid() {
		return "unknown"
	}
	return encodingName[e]
}

// Valid tells whether the value is one of the codings above.
func (e Encoding) Valid() bool { return int(e) < len(encodingName) }
