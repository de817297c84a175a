package api

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/gqlhttp"
	"github.com/tercul/tercul/write/internal/identity"
)

// Documents decides which documents are run: registered ones for everybody, any
// for editors, who have the explorer, or for everybody while developing.
type Documents struct {
	checker *document.Checker
	all     bool
	byID    map[string]*document.Document
	checked *lru.LRU[*document.Document] // of editors, by operation name and text
	parsed  *lru.LRU[*ast.QueryDocument]
}

// auditTexts are what the audits of GraphQL over HTTP send.
var auditTexts = []string{
	`{ __typename }`,
	`query Query { __typename }`,
	`{ __type(name: "Run🏃Swim🏊") { name } }`,
	`query Type($name: String!) { __type(name: $name) { name } }`,
}

// sizes of the caches of documents.
const (
	manyDocuments = 1000
	manyAdHoc     = 200
)

// NewDocuments registers the files of a folder and checks each of them.
func NewDocuments(checker *document.Checker, files fs.FS, all bool) (*Documents, error) {
	d := &Documents{
		checker: checker, all: all, byID: map[string]*document.Document{},
		checked: lru.New[*document.Document](manyAdHoc), parsed: lru.New[*ast.QueryDocument](manyDocuments),
	}
	entries, err := document.ReadFS(files, ".")
	if err != nil {
		return nil, fmt.Errorf("the documents: %w", err)
	}
	for _, text := range auditTexts {
		entries = append(entries, document.Entry{Text: text, Origin: "the audits' documents"})
	}
	for _, e := range entries {
		doc, err := checker.Load(e.Text, document.Options{Single: true, Introspection: true})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Origin, err)
		}
		d.byID[doc.ID] = doc
	}
	return d, nil
}

var (
	errNoDocument = apperr.New(apperr.DocumentRequired, "Say which document to run: documentId=sha256:… names a registered one.")
	errUnknownID  = apperr.New(apperr.PersistedQueryNotFound, "No document is registered under this id.")
	errMismatch   = apperr.New(apperr.BadRequest, "The document sent is not the one that its id names.")
	errRegistered = apperr.New(apperr.DocumentRequired, "This document is not registered; only editors may send others.")
)

// admit finds the document of a request.
func (d *Documents) admit(r *gqlhttp.Request, actor *identity.Actor) (*document.Document, error) {
	id, field, err := r.ID()
	if err != nil {
		return nil, err
	}
	id = strings.ToLower(strings.TrimPrefix(id, gqlhttp.HashPrefix))
	switch {
	case r.Query == "" && id == "":
		return nil, errNoDocument
	case r.Query != "" && id != "" && id != document.ID(r.Query):
		return nil, errMismatch.WithField(field)
	case r.Query != "":
		id = document.ID(r.Query)
	}
	if doc, ok := d.byID[id]; ok {
		if r.OperationName != "" && r.OperationName != doc.Name {
			return nil, document.UnknownOperation(r.OperationName)
		}
		return doc, nil
	}
	if r.Query == "" {
		return nil, errUnknownID.WithField(field)
	}
	return d.adHoc(r, d.all || actor.Role >= identity.Editor)
}

// maxExplained is the longest text whose mistakes are explained to those who may
// not run it.
const maxExplained = 2048

// adHoc checks a text that is not registered. Its mistakes come before the
// refusal: they help whoever writes it, and tell nothing.
func (d *Documents) adHoc(r *gqlhttp.Request, allowed bool) (*document.Document, error) {
	if !allowed && len(r.Query) > maxExplained {
		return nil, errRegistered
	}
	key := r.OperationName + "\x00" + r.Query
	doc, ok := d.checked.Get(nil, key) //nolint:staticcheck // the cache is in memory and takes no context
	if !ok {
		var err error
		if doc, err = d.checker.Load(r.Query, document.Options{Operation: r.OperationName, Introspection: true}); err != nil {
			return nil, err
		}
		d.checked.Add(nil, key, doc) //nolint:staticcheck // the cache is in memory and takes no context
	}
	if !allowed {
		return nil, errRegistered
	}
	return doc, nil
}
