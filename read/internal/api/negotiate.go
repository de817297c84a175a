package api

import (
	"strings"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// codings are the content codings made here, best first: the order that
// decides between equal qualities.
var codings = [...]answer.Encoding{answer.Brotli, answer.Zstd, answer.Gzip}

// negotiateEncoding normalises Accept-Encoding to one of the codings made
// here, so that a thousand spellings of the header share one cached variant.
// It answers false when even the plain bytes are refused.
func negotiateEncoding(accept string) (answer.Encoding, bool) {
	var found [len(codings)]gqlhttp.Preference
	var identity gqlhttp.Preference
	for el := range gqlhttp.Elements(accept) {
		q, ok := el.Quality()
		if !ok {
			continue
		}
		offerCoding(&found, &identity, el.Token, q)
	}
	best, at := gqlhttp.Preference{}, -1
	for i, p := range found {
		if p.Q > best.Q {
			best, at = p, i
		}
	}
	switch {
	case at >= 0 && (identity.Specific < 2 || best.Q >= identity.Q):
		return codings[at], true
	case identity.Specific > 0 && identity.Q == 0:
		return answer.Identity, false
	default:
		return answer.Identity, true
	}
}

func offerCoding(found *[len(codings)]gqlhttp.Preference, identity *gqlhttp.Preference, token string, q int) {
	wild := token == "*"
	if wild {
		identity.Offer(q, 1)
	} else if strings.EqualFold(token, "identity") {
		identity.Offer(q, 2)
	}
	for i, c := range codings {
		switch {
		case wild:
			found[i].Offer(q, 1)
		case strings.EqualFold(token, c.String()), c == answer.Gzip && strings.EqualFold(token, "x-gzip"):
			found[i].Offer(q, 2)
		}
	}
}
