package document_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/document"
)

const typename = `{ __typename }`

func TestParseManifest(t *testing.T) {
	hash := document.ID(typename)
	apollo := `{"format":"apollo-persisted-query-manifest","version":1,"operations":[
		{"id":"` + hash + `","name":"A","type":"query","body":"` + typename + `"},{"id":"x","name":"B","type":"query","body":"{a}","extra":1}]}`
	entries, err := document.ParseManifest("m.json", apollo)
	require.NoError(t, err)
	assert.Equal(t, []document.Entry{
		{ID: hash, Name: "A", Text: typename, Origin: "m.json"}, {ID: "x", Name: "B", Text: "{a}", Origin: "m.json"},
	}, entries)
	entries, err = document.ParseManifest("r.json", `{"b41d":"{b}","0a":"{a}","sha256:`+hash+`":"`+typename+`"}`)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	assert.Equal(t, document.Entry{ID: "0a", Text: "{a}", Origin: "r.json"}, entries[0])
	entries, err = document.ParseManifest("g.json", `{"operations":[{"operationName":"A","query":"\nquery A {a}\n","sourceLocation":"a.graphql"}]}`)
	require.NoError(t, err)
	assert.Equal(t, []document.Entry{{Name: "A", Text: "\nquery A {a}\n", Origin: "g.json"}}, entries)
}

func TestParseManifestFaults(t *testing.T) {
	for text, want := range map[string]string{
		``:                      "not a manifest",
		`[]`:                    "not a manifest",
		`{"a":1}`:               "neither an Apollo manifest",
		`{"a":"{a}","a":"{b}"}`: "not a manifest",
		`{"format":"other","version":1,"operations":[]}`:                           `format "other" version 1 is not known`,
		`{"format":"apollo-persisted-query-manifest","version":2,"operations":[]}`: "version 2 is not known",
		`{"format":"apollo-persisted-query-manifest","operations":3}`:              "not an Apollo manifest",
		`{"` + document.ID("x") + `":"{ a }"}`:                                     "another sha256",
		`{"operations":[3]}`:                                                       "not genqlient's",
		`{"":"{ a }"}`:                                                             "is no id",
		`{"a b":"{ a }"}`:                                                          "is no id",
	} {
		_, err := document.ParseManifest("m.json", text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestReadFS(t *testing.T) {
	fsys := fstest.MapFS{
		"ops/A.graphql":  {Data: []byte("query A { __typename }")},
		"ops/sub/B.gql":  {Data: []byte("query B { __typename }")},
		"ops/README.md":  {Data: []byte("not a document")},
		"ops/relay.json": {Data: []byte(`{"1":"{ __typename }"}`)},
		"bad/m.json":     {Data: []byte(`{`)},
	}
	entries, err := document.ReadFS(fsys, "ops")
	require.NoError(t, err)
	origins := []string{}
	for _, e := range entries {
		origins = append(origins, e.Origin)
	}
	assert.Equal(t, []string{"ops/A.graphql", "ops/relay.json", "ops/sub/B.gql"}, origins)
	_, err = document.ReadFS(fsys, "bad")
	require.ErrorContains(t, err, "bad/m.json: not a manifest")
	_, err = document.ReadFS(fsys, "none")
	require.Error(t, err)
}

func TestReadPath(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.graphql")
	require.NoError(t, os.WriteFile(file, []byte(typename), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.txt"), []byte(typename), 0o600))
	for _, name := range []string{dir, file} {
		entries, err := document.ReadPath(name)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		assert.Equal(t, "a.graphql", entries[0].Origin)
	}
	_, err := document.ReadPath(filepath.Join(dir, "a.txt"))
	require.ErrorContains(t, err, "neither a folder nor")
	_, err = document.ReadPath(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
