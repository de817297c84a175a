package document

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Entry is one document of a client, as its build wrote it down.
type Entry struct {
	ID     string // the client's own id for it, empty for none
	Name   string // the operation's name, empty where only the text tells
	Text   string
	Origin string // the file it came from, for messages
}

// apolloFormat is the format of Apollo's generate-persisted-query-manifest.
const apolloFormat = "apollo-persisted-query-manifest"

// idLength bounds a client's own id.
const idLength = 200

// ReadPath reads documents from a file or a folder of the machine: an Apollo
// manifest (version 1), a Relay map of ids to texts, genqlient's exported
// operations, a .graphql file of one operation, or a folder, searched through, of
// any of these.
func ReadPath(name string) ([]Entry, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return ReadFS(os.DirFS(name), ".")
	}
	return ReadFS(os.DirFS(filepath.Dir(name)), filepath.Base(name))
}

// ReadFS reads documents as ReadPath does, in the order of their paths.
func ReadFS(fsys fs.FS, root string) ([]Entry, error) {
	var entries []Entry
	err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found, err := readFile(fsys, name, name == root)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		entries = append(entries, found...)
		return nil
	})
	return entries, err
}

// readFile passes over files of other kinds, unless one was named outright.
func readFile(fsys fs.FS, name string, named bool) ([]Entry, error) {
	read := func() (string, error) {
		text, err := fs.ReadFile(fsys, name)
		return string(text), err
	}
	switch path.Ext(name) {
	case ".graphql", ".gql":
		text, err := read()
		return []Entry{{Text: text, Origin: name}}, err
	case ".json":
		text, err := read()
		if err != nil {
			return nil, err
		}
		return ParseManifest(name, text)
	}
	if named {
		return nil, errors.New("neither a folder nor a .graphql, .gql or .json file")
	}
	return nil, nil
}

type apolloManifest struct {
	Format     string `json:"format"`
	Version    int    `json:"version"`
	Operations []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Type string `json:"type"`
		Body string `json:"body"`
	} `json:"operations"`
}

// genqlientExport is what genqlient's export_operations writes.
type genqlientExport struct {
	Operations []struct {
		Name string `json:"operationName"`
		Text string `json:"query"`
	} `json:"operations"`
}

// ParseManifest reads a manifest of Apollo, Relay or genqlient, told apart by
// their form.
func ParseManifest(origin, text string) ([]Entry, error) {
	var members map[string]jsontext.Value
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return nil, fmt.Errorf("not a manifest: %w", err)
	}
	if _, ok := members["format"]; ok {
		return parseApollo(origin, text)
	}
	if list := members["operations"]; list.Kind() == '[' {
		return parseGenqlient(origin, text)
	}
	var texts map[string]string
	if err := json.Unmarshal([]byte(text), &texts); err != nil {
		return nil, fmt.Errorf("neither an Apollo manifest (it has no format) nor a map of ids to documents: %w", err)
	}
	entries := make([]Entry, 0, len(texts))
	for id, body := range texts {
		entries = append(entries, Entry{ID: id, Text: body, Origin: origin})
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return entries, checkIDs(entries)
}

func parseApollo(origin, text string) ([]Entry, error) {
	var m apolloManifest
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("not an Apollo manifest: %w", err)
	}
	if m.Format != apolloFormat || m.Version != 1 {
		return nil, fmt.Errorf("format %q version %d is not known; %q version 1 is", m.Format, m.Version, apolloFormat)
	}
	entries := make([]Entry, 0, len(m.Operations))
	for _, op := range m.Operations {
		entries = append(entries, Entry{ID: op.ID, Name: op.Name, Text: op.Body, Origin: origin})
	}
	return entries, checkIDs(entries)
}

func parseGenqlient(origin, text string) ([]Entry, error) {
	var export genqlientExport
	if err := json.Unmarshal([]byte(text), &export); err != nil {
		return nil, fmt.Errorf("not genqlient's exported operations: %w", err)
	}
	entries := make([]Entry, 0, len(export.Operations))
	for _, op := range export.Operations {
		entries = append(entries, Entry{Name: op.Name, Text: op.Text, Origin: origin})
	}
	return entries, nil
}

// checkIDs refuses an id that claims to be a hash and is not that of its text: a
// client that sends it would be answered something else than it asked.
func checkIDs(entries []Entry) error {
	var faults []error
	for _, e := range entries {
		id := strings.TrimPrefix(e.ID, "sha256:")
		switch {
		case id == "" || len(id) > idLength || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' }):
			faults = append(faults, fmt.Errorf("%q is no id: 1 to %d visible ASCII characters are", shorten(e.ID), idLength))
		case IsID(id) && id != ID(e.Text):
			faults = append(faults, fmt.Errorf("the text of %s has another sha256, %s", id, ID(e.Text)))
		}
	}
	return errors.Join(faults...)
}
