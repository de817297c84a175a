package importer

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/ids"
	"github.com/tercul/tercul/write/internal/jsonl"
	"github.com/tercul/tercul/write/internal/textform"
)

// history knows where the earlier revisions of each text stand in the files of
// history.jsonl, so that their words are read only when they are needed.
type history struct {
	src   *source
	spots map[uuid.UUID][]spot
}

type spot struct {
	file   string
	line   int
	offset int64
	length int
}

// earlier is a former state of a text.
type earlier struct {
	lines   []textform.Line
	message string
	actor   *uuid.UUID
	created time.Time
}

// indexHistory reads the files once. Faults are reported by the stage that
// checks the records; here a broken one is only passed over.
func indexHistory(src *source) (*history, error) {
	h := &history{src: src, spots: map[uuid.UUID][]spot{}}
	for _, name := range src.files["history"] {
		if err := h.index(name); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return h, nil
}

func (h *history) index(name string) error {
	f, err := h.src.fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := jsonl.NewReader(f)
	for {
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		at := position{file: name, line: line.Number}
		c := &check{at: at}
		var r historyRecord
		if line.Err != nil || jsonl.Decode(line.Bytes, &r) != nil {
			continue
		}
		if _, key := acceptHistory(c, &r); c.ok() {
			h.spots[key.expression] = append(h.spots[key.expression], spot{name, line.Number, line.Offset, len(line.Bytes)})
		}
	}
}

type historyKey struct{ expression uuid.UUID }

func acceptHistory(c *check, r *historyRecord) (*earlier, historyKey) {
	c.oneOf("subject.kind", &r.Subject.Kind, "", "WORK", "TRANSLATION")
	c.required("subject.id", &r.Subject.ID, maxID)
	c.line("message", &r.Message, 500)
	e := acceptText(c, &textFields{Text: r.Text})
	if len(e.lines) == 0 {
		c.fault("text", "is missing")
	}
	out := &earlier{lines: e.lines, message: r.Message, created: c.timestamp("created", r.Created)}
	if r.Actor != "" {
		id := ids.For(ids.User, r.Actor)
		out.actor = &id
	}
	kind := ids.Translation
	if r.Subject.Kind == "WORK" {
		kind = ids.Original
	}
	return out, historyKey{ids.For(kind, r.Subject.ID)}
}

// of reads the earlier states of a text, oldest first.
func (h *history) of(expression uuid.UUID) ([]*earlier, error) {
	var out []*earlier
	for _, at := range h.spots[expression] {
		e, err := h.read(at)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func (h *history) read(at spot) (*earlier, error) {
	f, err := h.src.fsys.Open(at.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if err := skip(f, at.offset); err != nil {
		return nil, err
	}
	data := make([]byte, at.length)
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, err
	}
	var r historyRecord
	if err := jsonl.Decode(data, &r); err != nil {
		return nil, err
	}
	e, _ := acceptHistory(&check{}, &r)
	return e, nil
}

func skip(f io.Reader, n int64) error {
	if seeker, ok := f.(io.Seeker); ok {
		_, err := seeker.Seek(n, io.SeekStart)
		return err
	}
	_, err := io.CopyN(io.Discard, f, n)
	return err
}
