package client_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/client"
)

// seen records one request and answers a fixed body.
func seen(t *testing.T, status int, body string) (*http.Request, *string, *httptest.Server) {
	t.Helper()
	var got http.Request
	var posted string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		got, posted = *r, string(raw)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(srv.Close)
	return &got, &posted, srv
}

func TestClientSendsTheIDByGet(t *testing.T) {
	got, _, srv := seen(t, 200, `{"data":{"work":null}}`)
	language := "en"
	_, err := client.WorkById(context.Background(), client.New(srv.URL, nil), "work_1", &language)
	require.NoError(t, err)
	require.Equal(t, http.MethodGet, got.Method)
	require.Equal(t, `{"id":"work_1","language":"en"}`, got.URL.Query().Get("variables"))
	id := got.URL.Query().Get("documentId")
	require.Contains(t, exported(t), id, "the id is that of a document the service knows")
}

// exported are the ids of the documents that the client was generated from.
func exported(t *testing.T) []string {
	t.Helper()
	var manifest struct {
		Operations []struct{ Query string }
	}
	require.NoError(t, json.Unmarshal(read.Exported, &manifest))
	var ids []string
	for _, op := range manifest.Operations {
		sum := sha256.Sum256([]byte(op.Query))
		ids = append(ids, "sha256:"+hex.EncodeToString(sum[:]))
	}
	return ids
}

func TestClientLeavesOutWhatIsNil(t *testing.T) {
	got, _, srv := seen(t, 200, `{"data":{}}`)
	_, err := client.Works(context.Background(), client.New(srv.URL, nil), nil, nil, nil, nil, nil, nil)
	require.NoError(t, err)
	require.False(t, got.URL.Query().Has("variables"))
}

func TestClientPostsWhatIsTooLong(t *testing.T) {
	got, posted, srv := seen(t, 200, `{"data":{"nodes":[]}}`)
	ids := make([]string, 300)
	for i := range ids {
		ids[i] = strings.Repeat("x", 30)
	}
	_, err := client.Nodes(context.Background(), client.New(srv.URL, nil), ids)
	require.NoError(t, err)
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.True(t, json.Valid([]byte(*posted)))
}

func TestClientGivesTheCode(t *testing.T) {
	_, _, srv := seen(t, 400, `{"errors":[{"message":"no","extensions":{"code":"BAD_REQUEST"}}]}`)
	_, err := client.ApiInfo(context.Background(), client.New(srv.URL, nil))
	var list gqlerror.List
	require.ErrorAs(t, err, &list)
	require.Equal(t, "BAD_REQUEST", list[0].Extensions["code"])
}

func TestClientSaysWhatIsNoGraphQL(t *testing.T) {
	_, _, srv := seen(t, 502, `<html>bad gateway`)
	_, err := client.ApiInfo(context.Background(), client.New(srv.URL, nil))
	require.ErrorContains(t, err, "502")
}
