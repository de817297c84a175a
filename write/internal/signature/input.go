package signature

import (
	"net/http"
	"slices"
	"time"

	"github.com/dunglas/httpsfv"
)

// Tag marks the signatures that are meant for this service.
const Tag = "tercul"

const (
	algorithm = "ed25519"
	// maxField bounds what is parsed before anything is known of it.
	maxField      = 4096
	maxComponents = 32

	minNonce, maxNonce = 16, 128
	maxKeyID           = 128
)

// signed is the one signature that bears the tag.
type signed struct {
	input     httpsfv.InnerList
	signature []byte
	params
}

type params struct {
	created, expires time.Time // expires is zero where it is not said
	keyID, nonce     string
}

// parse finds the signature with the tag and reads it.
func parse(header http.Header) (signed, error) {
	inputs, err := dictionary(header, "Signature-Input")
	if err != nil {
		return signed{}, err
	}
	signatures, err := dictionary(header, "Signature")
	if err != nil {
		return signed{}, err
	}
	label, input, err := tagged(inputs)
	if err != nil {
		return signed{}, err
	}
	member, _ := signatures.Get(label)
	item, _ := member.(httpsfv.Item)
	signature, isBytes := item.Value.([]byte)
	if !isBytes {
		return signed{}, ErrMalformed
	}
	p, err := parseParams(input.Params)
	return signed{input: input, signature: signature, params: p}, err
}

func dictionary(header http.Header, name string) (*httpsfv.Dictionary, error) {
	values := header.Values(name)
	size := 0
	for _, v := range values {
		size += len(v)
	}
	switch {
	case size == 0:
		return nil, ErrMissing
	case size > maxField:
		return nil, ErrMalformed
	}
	d, err := httpsfv.UnmarshalDictionary(values)
	if err != nil {
		return nil, ErrMalformed // the library quotes what it read
	}
	return d, nil
}

func tagged(inputs *httpsfv.Dictionary) (label string, input httpsfv.InnerList, err error) {
	for _, name := range inputs.Names() {
		member, _ := inputs.Get(name)
		list, isList := member.(httpsfv.InnerList)
		if !isList {
			return "", httpsfv.InnerList{}, ErrMalformed
		}
		if tag, _ := list.Params.Get("tag"); tag != Tag {
			continue
		}
		if label != "" || len(list.Items) > maxComponents {
			return "", httpsfv.InnerList{}, ErrMalformed
		}
		label, input = name, list
	}
	if label == "" {
		return "", httpsfv.InnerList{}, ErrMissing
	}
	return label, input, nil
}

func parseParams(from *httpsfv.Params) (params, error) {
	for _, name := range from.Names() {
		if !slices.Contains([]string{"created", "expires", "keyid", "nonce", "alg", "tag"}, name) {
			return params{}, ErrParameters
		}
	}
	var p params
	var ok [4]bool
	p.created, ok[0] = seconds(from, "created")
	p.keyID, ok[1] = text(from, "keyid", 1, maxKeyID)
	p.nonce, ok[2] = text(from, "nonce", minNonce, maxNonce)
	ok[3] = true
	if _, said := from.Get("expires"); said {
		p.expires, ok[3] = seconds(from, "expires")
	}
	if alg, said := from.Get("alg"); said && alg != algorithm || ok != [4]bool{true, true, true, true} {
		return params{}, ErrParameters
	}
	return p, nil
}

func seconds(from *httpsfv.Params, name string) (time.Time, bool) {
	value, _ := from.Get(name)
	n, isInteger := value.(int64)
	return time.Unix(n, 0), isInteger
}

func text(from *httpsfv.Params, name string, least, most int) (string, bool) {
	value, _ := from.Get(name)
	s, isText := value.(string)
	return s, isText && len(s) >= least && len(s) <= most
}
