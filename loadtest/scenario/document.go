package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Documents finds documents by name in a folder of .graphql files.
type Documents struct {
	Folder string
}

// URL is the address, below base, of a document with variables. The keys of the
// variables are sorted, as in the addresses the service calls canonical.
func (d Documents) URL(base, name string, variables map[string]any) (string, error) {
	text, err := os.ReadFile(filepath.Join(d.Folder, name+".graphql")) //nolint:gosec // a folder of the repository
	if err != nil {
		return "", fmt.Errorf("document %s: %w", name, err)
	}
	sum := sha256.Sum256(text)
	out := base + "/graphql?documentId=sha256:" + hex.EncodeToString(sum[:])
	if len(variables) > 0 {
		vars, err := json.Marshal(variables)
		if err != nil {
			return "", err
		}
		out += "&variables=" + url.QueryEscape(string(vars))
	}
	return out, nil
}
