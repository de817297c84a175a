package api

import (
	"crypto/rand"
	"encoding/hex"
	"sync/atomic"
)

// maxRequestID bounds what a caller may have us repeat in headers and logs.
const maxRequestID = 64

// requestIDs makes ids that no other process makes: eight random bytes drawn
// once, and a counter. Unlike a UUID this costs no system call and one
// allocation at most, so that even a cache hit can carry one.
type requestIDs struct {
	prefix [17]byte // 16 hexadecimal digits and a dash
	next   atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var seed [8]byte
	_, _ = rand.Read(seed[:]) // documented never to fail
	ids := &requestIDs{}
	hex.Encode(ids.prefix[:16], seed[:])
	ids.prefix[16] = '-'
	return ids
}

// append adds the caller's own id if it is a sound one, else a new one.
func (r *requestIDs) append(dst, given []byte) []byte {
	if validRequestID(given) {
		return append(dst, given...)
	}
	dst = append(dst, r.prefix[:]...)
	n := r.next.Add(1)
	var digits [16]byte
	i := len(digits)
	for i == len(digits) || n > 0 {
		i--
		digits[i] = "0123456789abcdef"[n&0xf]
		n >>= 4
	}
	return append(dst, digits[i:]...)
}

// validRequestID admits what is safe in a header, a log line and a URL.
func validRequestID(id []byte) bool {
	if len(id) == 0 || len(id) > maxRequestID {
		return false
	}
	for _, c := range id {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '/', c == '+', c == '=':
		default:
			return false
		}
	}
	return true
}
