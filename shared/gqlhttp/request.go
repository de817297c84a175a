// Package gqlhttp reads the requests of GraphQL over HTTP and negotiates the
// content type of their answers, for both services:
// https://graphql.github.io/graphql-over-http/draft/.
package gqlhttp

import (
	"strings"

	"github.com/tercul/tercul/shared/apperr"
)

// Request holds the parameters of one GraphQL request as they arrived, from a URL
// or from a body. Variables and Extensions are JSON not yet looked at. Nothing of
// a Request is kept.
type Request struct {
	DocumentID    string
	Query         string
	OperationName string
	Variables     []byte
	Extensions    []byte
	Get           bool // by GET or HEAD, which may never execute a mutation
}

// HashPrefix begins a document's id in a URL.
const HashPrefix = "sha256:"

// ID is the document's id and the parameter that gave it.
func (req *Request) ID() (id, field string, err error) {
	apollo, err := persistedQuery(req.Extensions)
	switch {
	case err != nil:
		return "", "", err
	case apollo == "":
		return req.DocumentID, "documentId", nil
	case req.DocumentID == "":
		return apollo, hashField, nil
	case strings.EqualFold(strings.TrimPrefix(req.DocumentID, HashPrefix), apollo):
		return apollo, hashField, nil
	}
	return "", "", apperr.OfField(apperr.BadRequest, "documentId", "must name the document that the persisted query names, or be left out")
}
