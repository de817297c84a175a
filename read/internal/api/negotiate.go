package api

import (
	"strings"

	"github.com/tercul/tercul/read/internal/answer"
)

// media is one of the two content types an answer can have. The bytes are the
// same; the type decides the status codes of failed requests.
type media uint8

const (
	mediaJSON    media = iota // application/json: the older contract
	mediaGraphQL              // application/graphql-response+json: honest status codes
	mediaNone                 // neither is acceptable
)

const (
	typeJSON    = "application/json"
	typeGraphQL = "application/graphql-response+json"
)

// header is the Content-Type as sent.
func (m media) header() string {
	if m == mediaGraphQL {
		return typeGraphQL + "; charset=utf-8"
	}
	return typeJSON + "; charset=utf-8"
}

// preference is how a header speaks of one candidate: the quality of its most
// specific match, 0..1000, and how specific that was.
type preference struct {
	q, specific int
}

func (p *preference) offer(q, specific int) {
	if specific >= p.specific {
		p.q, p.specific = q, specific
	}
}

func (p *preference) better(than *preference) bool {
	if p.q != than.q {
		return p.q > than.q
	}
	return p.specific > than.specific
}

// negotiateMedia chooses the content type. Without a header, and where only a
// wildcard speaks, it is application/json, as GraphQL over HTTP asks of
// servers; named side by side, application/graphql-response+json wins.
func negotiateMedia(accept string) media {
	if strings.TrimSpace(accept) == "" {
		return mediaJSON
	}
	var json, graphql preference
	for el := range elements(accept) {
		q, ok := el.quality()
		if !ok || !el.utf8() {
			continue
		}
		switch {
		case strings.EqualFold(el.token, typeJSON):
			json.offer(q, 3)
		case strings.EqualFold(el.token, typeGraphQL):
			graphql.offer(q, 3)
		case strings.EqualFold(el.token, "application/*"):
			json.offer(q, 2)
			graphql.offer(q, 2)
		case el.token == "*/*":
			json.offer(q, 1)
			graphql.offer(q, 1)
		}
	}
	return chooseMedia(json, graphql)
}

func chooseMedia(json, graphql preference) media {
	switch {
	case json.q == 0 && graphql.q == 0:
		return mediaNone
	case graphql.better(&json):
		return mediaGraphQL
	case graphql == json && graphql.specific == 3:
		return mediaGraphQL
	default:
		return mediaJSON
	}
}

// codings are the content codings made here, best first: the order that
// decides between equal qualities.
var codings = [...]answer.Encoding{answer.Brotli, answer.Zstd, answer.Gzip}

// negotiateEncoding normalises Accept-Encoding to one of the codings made
// here, so that a thousand spellings of the header share one cached variant.
// It answers false when even the plain bytes are refused.
func negotiateEncoding(accept string) (answer.Encoding, bool) {
	var found [len(codings)]preference
	var identity preference
	for el := range elements(accept) {
		q, ok := el.quality()
		if !ok {
			continue
		}
		offerCoding(&found, &identity, el.token, q)
	}
	best, at := preference{}, -1
	for i, p := range found {
		if p.q > best.q {
			best, at = p, i
		}
	}
	switch {
	case at >= 0 && (identity.specific < 2 || best.q >= identity.q):
		return codings[at], true
	case identity.specific > 0 && identity.q == 0:
		return answer.Identity, false
	default:
		return answer.Identity, true
	}
}

func offerCoding(found *[len(codings)]preference, identity *preference, token string, q int) {
	wild := token == "*"
	if wild {
		identity.offer(q, 1)
	} else if strings.EqualFold(token, "identity") {
		identity.offer(q, 2)
	}
	for i, c := range codings {
		switch {
		case wild:
			found[i].offer(q, 1)
		case strings.EqualFold(token, c.String()), c == answer.Gzip && strings.EqualFold(token, "x-gzip"):
			found[i].offer(q, 2)
		}
	}
}
