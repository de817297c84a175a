package password

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the hash that the lists are made of; nothing is protected by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	hashLength = 2 * sha1.Size
	// maxLine is the longest line: a hash, a colon, a count, the ends of line.
	maxLine = hashLength + 1 + 20 + 2
)

// breachList finds hashes in a sorted file that stays on the disk: some 30 reads
// for the thousand million lines of the whole list. The open file is the list,
// also when another is put in its place.
type breachList struct {
	file io.ReaderAt
	size int64
	io.Closer
}

func openBreachList(path string) (*breachList, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("password: breach list: %w", err)
	}
	info, err := file.Stat()
	if err == nil {
		l := &breachList{file: file, size: info.Size(), Closer: file}
		if err = l.check(); err == nil {
			return l, nil
		}
	}
	return nil, errors.Join(err, file.Close())
}

// check looks at the first line and the last, which tells a list that is in
// another format, or ordered by count.
func (l *breachList) check() error {
	if l.size == 0 {
		return errors.New("password: breach list: is empty")
	}
	first, err := l.line(0, 0)
	if err != nil {
		return err
	}
	last, err := l.line(0, l.size-1)
	if err != nil {
		return err
	}
	if bytes.Compare(first.hash, last.hash) > 0 {
		return errors.New("password: breach list: is not ordered by hash")
	}
	return nil
}

func (l *breachList) contains(password string) (bool, error) {
	sum := sha1.Sum([]byte(password)) //nolint:gosec // see above
	return l.find(sum[:])
}

// find halves the part of the file that may hold the hash. low is always where a
// line begins, high where one begins or the file ends.
func (l *breachList) find(want []byte) (bool, error) {
	low, high := int64(0), l.size
	for low < high {
		at, err := l.line(low, low+(high-low)/2)
		if err != nil {
			return false, err
		}
		switch order := bytes.Compare(at.hash, want); {
		case order == 0:
			return true, nil
		case order < 0:
			low = at.end
		default:
			high = at.start
		}
	}
	return false, nil
}

type breachLine struct {
	start, end int64 // end is where the next line begins
	hash       []byte
}

// line reads the line that the byte at mid is in; no line begins before low that
// reaches beyond it.
func (l *breachList) line(low, mid int64) (breachLine, error) {
	from := max(low, mid-maxLine)
	window := make([]byte, min(mid+maxLine, l.size)-from)
	if _, err := l.file.ReadAt(window, from); err != nil && !errors.Is(err, io.EOF) {
		return breachLine{}, fmt.Errorf("password: breach list: %w", err)
	}
	here := int(mid - from)
	begin := bytes.LastIndexByte(window[:here], '\n') + 1
	end := len(window)
	if next := bytes.IndexByte(window[here:], '\n'); next >= 0 {
		end = here + next + 1
	}
	hash, ok := parseBreachLine(window[begin:end])
	if !ok {
		return breachLine{}, fmt.Errorf("password: breach list: no SHA-1 in the line at byte %d", from+int64(begin))
	}
	return breachLine{start: from + int64(begin), end: from + int64(end), hash: hash}, nil
}

// parseBreachLine reads "HASH" or "HASH:count".
func parseBreachLine(line []byte) ([]byte, bool) {
	line = bytes.TrimRight(line, "\r\n")
	text, count, counted := bytes.Cut(line, []byte(":"))
	if len(text) != hashLength || len(line) > maxLine || counted && !digits(count) {
		return nil, false
	}
	hash := make([]byte, sha1.Size)
	_, err := hex.Decode(hash, text)
	return hash, err == nil
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}
