package client

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// maxURL is the longest URL sent by GET; many proxies refuse longer ones.
	maxURL = 7 << 10
	// maxBody bounds what is read of an answer.
	maxBody = 64 << 20

	accept = "application/graphql-response+json, application/json;q=0.9"
)

// Doer sends requests; *http.Client is one.
type Doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// New makes a client of the service at endpoint, such as
// http://127.0.0.1:8080/graphql. Without a doer it uses http.DefaultClient.
func New(endpoint string, doer Doer) graphql.Client {
	if doer == nil {
		doer = http.DefaultClient
	}
	return &transport{endpoint: endpoint, doer: doer}
}

type transport struct {
	endpoint string
	doer     Doer
	ids      sync.Map // text of a document -> its id
}

// MakeRequest implements graphql.Client.
func (t *transport) MakeRequest(ctx context.Context, req *graphql.Request, resp *graphql.Response) error {
	variables, err := canonical(req.Variables)
	if err != nil {
		return fmt.Errorf("variables of %s: %w", req.OpName, err)
	}
	httpReq, err := t.request(ctx, t.id(req.Query), variables)
	if err != nil {
		return err
	}
	httpReq.Header.Set("Accept", accept)
	httpResp, err := t.doer.Do(httpReq)
	if err != nil {
		return err
	}
	defer func() { _ = httpResp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(httpResp.Body, maxBody))
	if err != nil {
		return fmt.Errorf("answer to %s: %w", req.OpName, err)
	}
	if err := json.Unmarshal(body, resp); err != nil {
		return fmt.Errorf("%s was answered %s, which is no GraphQL: %w", req.OpName, httpResp.Status, err)
	}
	if len(resp.Errors) > 0 {
		return resp.Errors
	}
	if httpResp.StatusCode/100 != 2 {
		return gqlerror.List{gqlerror.Errorf("%s was answered %s", req.OpName, httpResp.Status)}
	}
	return nil
}

// id is the persisted document's id: the SHA-256 of its text.
func (t *transport) id(document string) string {
	if id, ok := t.ids.Load(document); ok {
		return id.(string) //nolint:errcheck // nothing else is stored
	}
	sum := sha256.Sum256([]byte(document))
	id := "sha256:" + hex.EncodeToString(sum[:])
	t.ids.Store(document, id)
	return id
}

// canonical writes variables as the service does in its own URLs: without
// blanks, keys sorted, nothing where there are none.
func canonical(variables any) ([]byte, error) {
	if variables == nil {
		return nil, nil
	}
	raw, err := json.Marshal(variables)
	if err != nil {
		return nil, err
	}
	var object map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&object); err != nil {
		return nil, errors.New("not an object")
	}
	if len(object) == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(object); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

func (t *transport) request(ctx context.Context, id string, variables []byte) (*http.Request, error) {
	address := t.endpoint + "?documentId=" + url.QueryEscape(id)
	if len(variables) > 0 {
		address += "&variables=" + url.QueryEscape(string(variables))
	}
	if len(address) <= maxURL {
		return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	}
	body := append([]byte(`{"documentId":"`+id+`","variables":`), variables...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.endpoint, bytes.NewReader(append(body, '}')))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}
