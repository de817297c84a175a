package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/jsonl"
	"github.com/tercul/tercul/write/internal/textform"
)

// entry is one accepted record on its way into the database.
type entry[P any] struct {
	at  position
	key uuid.UUID
	val P
}

// form says how the records of one kind are read: accept turns a decoded record
// into what the stage stores, with every fault it finds put on the check.
type form[R, P any] struct {
	kind   string
	id     func(*R) string
	accept func(*check, *R) (P, uuid.UUID)
	weigh  func(*R) int // bytes that matter besides a small constant
}

// Batches end at whichever comes first.
const (
	batchRecords = 500
	batchBytes   = 4 << 20
)

// reading is the producing side of a stage.
type reading[R, P any] struct {
	form     form[R, P]
	src      *source
	problems *collector
	progress Progress
	out      chan<- []entry[P]
	seen     map[uuid.UUID]position
	changes  textform.Changes
	batch    []entry[P]
	weight   int
	read     int
}

func (r *reading[R, P]) run(ctx context.Context) error {
	defer close(r.out)
	for _, name := range r.src.files[r.form.kind] {
		if err := r.file(ctx, name); err != nil {
			return fmt.Errorf("reading %s: %w", name, err)
		}
	}
	return r.flush(ctx)
}

func (r *reading[R, P]) file(ctx context.Context, name string) error {
	f, err := r.src.fsys.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	lines := jsonl.NewReader(f)
	for {
		before := lines.Offset()
		line, err := lines.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		r.read++
		r.record(name, line)
		r.progress.Add(lines.Offset() - before)
		if len(r.batch) >= batchRecords || r.weight >= batchBytes {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// record decodes and checks one line and puts it into the batch.
func (r *reading[R, P]) record(name string, line jsonl.Line) {
	at := position{file: name, line: line.Number}
	var rec R
	err := line.Err
	if err == nil {
		err = jsonl.Decode(line.Bytes, &rec)
	}
	at.id = strings.ToValidUTF8(r.form.id(&rec), "?")
	if err != nil {
		var fault *jsonl.FieldError
		if !errors.As(err, &fault) {
			fault = &jsonl.FieldError{Reason: err.Error()}
		}
		r.problems.add(at.problem(fault.Field, fault.Reason, true))
		return
	}
	c := &check{at: at}
	val, key := r.form.accept(c, &rec)
	if first, twice := r.seen[key]; twice && c.ok() {
		c.fault("id", "is given twice, first in %s line %d", first.file, first.line)
	}
	if !c.ok() {
		r.problems.add(c.faults...)
		return
	}
	r.problems.add(unknownMembers(at, &rec)...)
	r.seen[key] = position{file: name, line: line.Number}
	r.changes.Add(c.changes)
	r.batch = append(r.batch, entry[P]{at: at, key: key, val: val})
	r.weight += r.form.weigh(&rec)
}

// unknownMembers remarks on members that the form does not know: most often a
// misspelt optional field, which would otherwise be lost in silence.
func unknownMembers(at position, rec any) []Problem {
	extra, _ := reflect.ValueOf(rec).Elem().FieldByName("Extra").Interface().(jsontext.Value)
	if len(extra) == 0 {
		return nil
	}
	var problems []Problem
	var members map[string]jsontext.Value
	if jsonl.Decode(extra, &members) == nil {
		for name := range members {
			problems = append(problems, at.problem(name, "is not a field of the import form; it was left out", false))
		}
	}
	return problems
}

func (r *reading[R, P]) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	select {
	case r.out <- r.batch:
		r.batch, r.weight = nil, 0
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// light weighs records without a text.
func light[R any](*R) int { return 200 }
