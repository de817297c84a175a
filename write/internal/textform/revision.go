package textform

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Hash is the fingerprint of a text: equal texts, and only they, have equal
// ones. Fields are framed by length, so that no two lists of lines run together.
func Hash(lines []Line) []byte {
	h := sha256.New()
	for i := range lines {
		l := &lines[i]
		frame(h, l.Ref, l.Kind, l.Speaker, l.Content)
		if l.StanzaStart {
			_, _ = h.Write([]byte{1})
		} else {
			_, _ = h.Write([]byte{0})
		}
	}
	return h.Sum(nil)
}

func frame(h hash.Hash, fields ...string) {
	var size [4]byte
	for _, f := range fields {
		binary.BigEndian.PutUint32(size[:], uint32(len(f))) //nolint:gosec // a field is at most 8 MB
		_, _ = h.Write(size[:])
		_, _ = h.Write([]byte(f))
	}
}

// RevisionJSON is the form in which a revision keeps its lines.
func RevisionJSON(lines []Line) ([]byte, error) {
	out := make([]byte, 0, 96*len(lines)+2)
	out = append(out, '[')
	var err error
	for i := range lines {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = appendLine(out, &lines[i]); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func appendLine(out []byte, l *Line) ([]byte, error) {
	out = append(out, `{"k":"`...)
	out = append(out, l.Key.String()...)
	out = append(out, `","r":"`...)
	out = append(out, l.Ref...)
	out = append(out, `","t":"`...)
	out = append(out, l.Kind...)
	out = append(out, `","c":`...)
	out, err := jsontext.AppendQuote(out, l.Content)
	if err != nil {
		return nil, err
	}
	if l.StanzaStart {
		out = append(out, `,"s":true`...)
	}
	if l.Speaker != "" {
		out = append(out, `,"p":`...)
		if out, err = jsontext.AppendQuote(out, l.Speaker); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// ParseRevision reads what RevisionJSON wrote.
func ParseRevision(data []byte) ([]Line, error) {
	var kept []struct {
		Key     uuid.UUID `json:"k"`
		Ref     string    `json:"r"`
		Kind    string    `json:"t"`
		Content string    `json:"c"`
		Stanza  bool      `json:"s"`
		Speaker string    `json:"p"`
	}
	if err := json.Unmarshal(data, &kept); err != nil {
		return nil, err
	}
	lines := make([]Line, len(kept))
	for i, l := range kept {
		lines[i] = Line{Key: l.Key, Ref: l.Ref, Kind: l.Kind, Speaker: l.Speaker, Content: l.Content, StanzaStart: l.Stanza}
	}
	return lines, nil
}

// NewKey makes the key of the line that stands at seq when revision first
// brings it. Keys of one text share their first bytes with its id, which keeps
// them together in the index; the rest is a digest, so the same text gets the
// same keys wherever it is loaded.
func NewKey(expression uuid.UUID, revision, seq int) uuid.UUID {
	var in [32]byte
	copy(in[:], expression[:])
	binary.BigEndian.PutUint64(in[16:], uint64(revision)) //nolint:gosec // never negative
	binary.BigEndian.PutUint64(in[24:], uint64(seq))      //nolint:gosec // never negative
	sum := sha256.Sum256(in[:])
	var key uuid.UUID
	copy(key[:6], expression[:6])
	copy(key[6:], sum[:10])
	key[6] = key[6]&0x0f | 0x80 // version 8: our own layout
	key[8] = key[8]&0x3f | 0x80
	return key
}
