package documents

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/tercul/tercul/shared/document"
)

// Formats in which documents are exported.
const (
	Apollo = "apollo"
	Relay  = "relay"
	Folder = "folder"
)

type apolloManifest struct {
	Format     string            `json:"format"`
	Version    int               `json:"version"`
	Operations []apolloOperation `json:"operations"`
}

type apolloOperation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Body string `json:"body"`
}

// Manifest writes documents in a client's manifest format.
func Manifest(format string, list []Checked) ([]byte, error) {
	var v any
	switch format {
	case Apollo:
		m := apolloManifest{Format: "apollo-persisted-query-manifest", Version: 1, Operations: []apolloOperation{}}
		for _, c := range list {
			m.Operations = append(m.Operations, apolloOperation{ID: c.Hash(), Name: c.Name(), Type: "query", Body: c.Entry.Text})
		}
		v = m
	case Relay:
		m := map[string]string{}
		for _, c := range list {
			m[c.Hash()] = c.Entry.Text
		}
		v = m
	default:
		return nil, fmt.Errorf("format %q is not known; apollo, relay and folder are", format)
	}
	data, err := json.MarshalIndent(v, "", "  ")
	return append(data, '\n'), err
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9_]{1,100}$`)

// WriteFolder writes one .graphql file for each document.
func WriteFolder(dir string, list []Checked) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	used := map[string]bool{}
	for _, c := range list {
		name := c.Name()
		if !fileName.MatchString(name) || used[name] {
			name = c.Hash()
		}
		used[name] = true
		if err := os.WriteFile(filepath.Join(dir, name+".graphql"), []byte(c.Entry.Text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// Entries turns registered documents into what is checked and exported.
func Entries(list []Registered) []document.Entry {
	var out []document.Entry
	for _, r := range list {
		if r.Status == "ACTIVE" || r.Status == "DEPRECATED" {
			out = append(out, document.Entry{ID: r.Hash, Name: r.Name, Text: r.Source, Origin: "database"})
		}
	}
	return out
}
