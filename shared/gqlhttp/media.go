package gqlhttp

import "strings"

// Media is one of the two content types an answer can have. The bytes are the
// same; the type decides the status codes of failed requests.
type Media uint8

// The content types.
const (
	JSON    Media = iota // application/json: the older contract
	GraphQL              // application/graphql-response+json: honest status codes
	None                 // neither is acceptable
)

// The content types as headers name them.
const (
	TypeJSON    = "application/json"
	TypeGraphQL = "application/graphql-response+json"
)

// Header is the Content-Type as sent.
func (m Media) Header() string {
	if m == GraphQL {
		return TypeGraphQL + "; charset=utf-8"
	}
	return TypeJSON + "; charset=utf-8"
}

// Preference is how a header speaks of one candidate: the quality of its most
// specific match, 0..1000, and how specific that was.
type Preference struct {
	Q, Specific int
}

// Offer takes a match that is at least as specific as the one before.
func (p *Preference) Offer(q, specific int) {
	if specific >= p.Specific {
		p.Q, p.Specific = q, specific
	}
}

func (p *Preference) better(than *Preference) bool {
	if p.Q != than.Q {
		return p.Q > than.Q
	}
	return p.Specific > than.Specific
}

// Negotiate chooses the content type. Without a header, and where only a
// wildcard speaks, it is application/json, as GraphQL over HTTP asks of
// servers; named side by side, application/graphql-response+json wins.
func Negotiate(accept string) Media {
	if strings.TrimSpace(accept) == "" {
		return JSON
	}
	var json, graphql Preference
	for el := range Elements(accept) {
		q, ok := el.Quality()
		if !ok || !el.UTF8() {
			continue
		}
		switch {
		case strings.EqualFold(el.Token, TypeJSON):
			json.Offer(q, 3)
		case strings.EqualFold(el.Token, TypeGraphQL):
			graphql.Offer(q, 3)
		case strings.EqualFold(el.Token, "application/*"):
			json.Offer(q, 2)
			graphql.Offer(q, 2)
		case el.Token == "*/*":
			json.Offer(q, 1)
			graphql.Offer(q, 1)
		}
	}
	return chooseMedia(json, graphql)
}

func chooseMedia(json, graphql Preference) Media {
	switch {
	case json.Q == 0 && graphql.Q == 0:
		return None
	case graphql.better(&json):
		return GraphQL
	case graphql == json && graphql.Specific == 3:
		return GraphQL
	default:
		return JSON
	}
}
