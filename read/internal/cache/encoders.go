package cache

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"

	"github.com/tercul/tercul/read/internal/answer"
)

// Levels are those of servers that encode once and send often, but while somebody
// waits: 4 KB take about 30 us in Brotli.
const (
	brotliQuality = 5
	gzipLevel     = 6
)

// encoders are kept for the next answer: each holds tables of several hundred KB.
type encoders struct {
	brotli, gzip sync.Pool
	zstd         *zstd.Encoder
}

// encoder is what the streaming encoders have in common.
type encoder interface {
	io.WriteCloser
	Reset(w io.Writer)
}

func newEncoders() *encoders {
	e := &encoders{}
	e.brotli.New = func() any {
		w, err := brrr.NewWriter(io.Discard, brotliQuality)
		if err != nil {
			panic(err) // the quality is a constant
		}
		return w
	}
	e.gzip.New = func() any {
		w, err := gzip.NewWriterLevel(io.Discard, gzipLevel)
		if err != nil {
			panic(err) // the level is a constant
		}
		return w
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(2), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err) // the options are constants
	}
	e.zstd = w
	return e
}

// encode returns nil where it cannot.
func (e *encoders) encode(enc answer.Encoding, body []byte) []byte {
	switch enc {
	case answer.Brotli:
		return stream(&e.brotli, body)
	case answer.Gzip:
		return stream(&e.gzip, body)
	case answer.Zstd:
		return bytes.Clone(e.zstd.EncodeAll(body, nil))
	default:
		return nil
	}
}

func stream(pool *sync.Pool, body []byte) []byte {
	w := pool.Get().(encoder) //nolint:errcheck,forcetypeassert // it holds nothing else
	out := bytes.NewBuffer(make([]byte, 0, len(body)/2))
	w.Reset(out)
	_, err := w.Write(body)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil // the encoder is left to the collector
	}
	pool.Put(w)
	return bytes.Clone(out.Bytes())
}
