package jsonl

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxLine is the longest record that is read, in bytes.
const MaxLine = 64 << 20

// ErrTooLong marks a line over MaxLine; its bytes are not kept.
var ErrTooLong = fmt.Errorf("the line is longer than %d MB", MaxLine>>20)

// Line is one line of a file with its number, counted from one, and the
// offset of its first byte.
type Line struct {
	Number int
	Offset int64
	Bytes  []byte
	Err    error
}

// Reader cuts a stream into lines. The zero value is not usable; see NewReader.
type Reader struct {
	in     *bufio.Reader
	number int
	offset int64
	limit  int
	buf    []byte
}

// NewReader reads lines from in.
func NewReader(in io.Reader) *Reader {
	return &Reader{in: bufio.NewReaderSize(in, 256<<10), limit: MaxLine}
}

// Offset is the number of bytes consumed so far.
func (r *Reader) Offset() int64 { return r.offset }

// Next returns the next line that is not blank, without its line end. The
// bytes are valid until the following call. At the end it returns io.EOF.
func (r *Reader) Next() (Line, error) {
	for {
		line, err := r.read()
		if err != nil {
			return Line{}, err
		}
		if line.Err != nil || len(bytes.TrimSpace(line.Bytes)) > 0 {
			return line, nil //nolint:nilerr // the error is that line's alone
		}
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf")

func (r *Reader) read() (Line, error) {
	r.buf = r.buf[:0]
	start, tooLong := r.offset, false
	for {
		part, err := r.in.ReadSlice('\n')
		r.offset += int64(len(part))
		if len(r.buf)+len(part) > r.limit+1 {
			tooLong, r.buf = true, r.buf[:0]
		} else if !tooLong {
			r.buf = append(r.buf, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil && (!errors.Is(err, io.EOF) || r.offset == start) {
			return Line{}, err
		}
		break
	}
	r.number++
	line := Line{Number: r.number, Offset: start, Bytes: trimEnd(r.buf)}
	if start == 0 && bytes.HasPrefix(line.Bytes, byteOrderMark) {
		line.Bytes, line.Offset = line.Bytes[len(byteOrderMark):], int64(len(byteOrderMark))
	}
	if tooLong {
		line.Bytes, line.Err = nil, ErrTooLong
	}
	return line, nil
}

func trimEnd(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}
