package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// ErrNothing means that a folder holds no file of the import form.
var ErrNothing = errors.New("no authors.jsonl, works.jsonl or any other file of the import form")

// kinds are the stems of the files of the import form. A kind may be spread
// over several files, authors.jsonl and authors-*.jsonl, read in that order.
var kinds = []string{
	"users", "categories", "tags", "authors", "works", "translations", "rights", "alignments", "history",
	"collections", "comments", "stats", "trending",
}

// source is a folder with its files sorted by kind.
type source struct {
	fsys   fs.FS
	files  map[string][]string
	sizes  map[string]int64
	digest string
}

func openSource(fsys fs.FS) (*source, error) {
	s := &source{fsys: fsys, files: map[string][]string{}, sizes: map[string]int64{}}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if kind := kindOf(e.Name()); kind != "" && !e.IsDir() {
			s.files[kind] = append(s.files[kind], e.Name())
		}
	}
	if len(s.files) == 0 {
		return nil, ErrNothing
	}
	for _, names := range s.files {
		slices.SortFunc(names, byStem)
	}
	err = s.measure()
	return s, err
}

func kindOf(name string) string {
	stem, ok := strings.CutSuffix(name, ".jsonl")
	if !ok {
		return ""
	}
	for _, kind := range kinds {
		if stem == kind || strings.HasPrefix(stem, kind+"-") {
			return kind
		}
	}
	return ""
}

// byStem puts authors.jsonl before authors-b.jsonl.
func byStem(a, b string) int {
	return strings.Compare(strings.TrimSuffix(a, ".jsonl"), strings.TrimSuffix(b, ".jsonl"))
}

// measure sums the bytes of each kind and the digest of them all, by which a
// later run knows that it continues this one.
func (s *source) measure() error {
	h := sha256.New()
	for _, kind := range kinds {
		for _, name := range s.files[kind] {
			n, err := s.digestFile(h, name)
			if err != nil {
				return err
			}
			s.sizes[kind] += n
		}
	}
	s.digest = hex.EncodeToString(h.Sum(nil))
	return nil
}

func (s *source) digestFile(h io.Writer, name string) (int64, error) {
	f, err := s.fsys.Open(name)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	fmt.Fprintf(h, "\x00%s\x00", path.Base(name))
	return io.Copy(h, f)
}
