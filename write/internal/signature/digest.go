package signature

import (
	"bytes"
	"crypto/sha256"
	"net/http"

	"github.com/dunglas/httpsfv"
)

const digestField = "Content-Digest"

// ContentDigest is the value of the field for a body.
func ContentDigest(body []byte) (string, error) {
	sum := sha256.Sum256(body)
	digests := httpsfv.NewDictionary()
	digests.Add("sha-256", httpsfv.NewItem(sum[:]))
	return httpsfv.Marshal(digests)
}

// checkDigest asks for SHA-256. Others may stand beside it; they are not looked at.
func checkDigest(header http.Header, body []byte) error {
	digests, err := httpsfv.UnmarshalDictionary(header.Values(digestField))
	if err != nil {
		return ErrMalformed
	}
	member, _ := digests.Get("sha-256")
	item, isItem := member.(httpsfv.Item)
	claimed, isBytes := item.Value.([]byte)
	sum := sha256.Sum256(body)
	if !isItem || !isBytes || !bytes.Equal(claimed, sum[:]) {
		return ErrDigest
	}
	return nil
}
