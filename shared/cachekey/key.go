package cachekey

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
)

// family is the version of the grammar of question keys: change it whenever the
// meaning of the fields changes, and old entries are never looked at again.
const family = "q1;"

// maxInline bounds the variables that a key carries verbatim. Longer ones stand
// in it by their digest: keys stay short enough for every store (bigcache keeps
// key lengths in 16 bits) and readable where it matters.
const maxInline = 512

// Key names one question, whatever the encoding of its answer.
type Key string

// Document is the part of a key that all questions of one document share.
type Document struct{ prefix string }

// NewDocument prepares the keys of a document under one version of the schema.
func NewDocument(schemaVersion, hash string) Document {
	b := append(make([]byte, 0, len(family)+len(schemaVersion)+len(hash)+8), family...)
	b = appendFramed(b, schemaVersion)
	b = appendFramed(b, hash)
	return Document{prefix: string(b)}
}

// Key names the question that asks the document with these variables, which must
// be canonical: minified, sorted, defaults left out. It copies them.
func (d Document) Key(variables []byte) Key {
	if len(variables) > maxInline {
		sum := sha256.Sum256(variables)
		return Key(d.prefix + "h64:" + hex.EncodeToString(sum[:]))
	}
	var room [1024]byte
	b := append(room[:0], d.prefix...)
	b = append(b, 'v')
	b = strconv.AppendInt(b, int64(len(variables)), 10)
	b = append(b, ':')
	return Key(append(b, variables...))
}

// In names the answer to the question in one encoding.
func (k Key) In(e Encoding) string { return encodingPrefix[e&encodingMask] + string(k) }

func appendFramed(b []byte, field string) []byte {
	b = strconv.AppendInt(b, int64(len(field)), 10)
	b = append(b, ':')
	return append(b, field...)
}
