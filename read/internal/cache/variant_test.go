package cache

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"

	"github.com/tercul/tercul/read/internal/answer"
)

// plain undoes the encoding of an entry.
func plain(t testing.TB, e *answer.Entry) string {
	t.Helper()
	var from io.Reader = bytes.NewReader(e.Body)
	switch e.Enc {
	case answer.Brotli:
		from = brrr.NewReader(from)
	case answer.Gzip:
		r, err := gzip.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		from = r
	case answer.Zstd:
		r, err := zstd.NewReader(from)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		from = r
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatalf("%v: %v", e.Enc, err)
	}
	return string(text)
}

var encodings = []answer.Encoding{answer.Identity, answer.Gzip, answer.Brotli, answer.Zstd}

func TestVariantsAreMadeOfOneLoad(t *testing.T) {
	r := newReader(t)
	text := strings.Repeat("Nel mezzo del cammin di nostra vita ", 40)
	r.origin.set("work_1", text)
	tags := map[string]bool{}
	for i, enc := range []answer.Encoding{answer.Brotli, answer.Gzip, answer.Zstd, answer.Identity} {
		layer, loads := answer.L1, int64(0)
		if i == 0 {
			layer, loads = answer.Origin, 1
		}
		res := r.expect(askIn("work_1", enc), text, layer, loads)
		if res.Entry.Enc != enc || enc != answer.Identity && len(res.Entry.Body) > 300 {
			t.Errorf("%v came as %v with %d bytes", enc, res.Entry.Enc, len(res.Entry.Body))
		}
		if layer == answer.L1 && enc != answer.Identity && res.CacheStatus != "tercul-l1; hit; detail=encoded" {
			t.Errorf("Cache-Status %q", res.CacheStatus)
		}
		tags[res.Entry.ETag] = true
		r.expect(askIn("work_1", enc), text, answer.L1, 0)
	}
	if len(tags) != len(encodings) {
		t.Errorf("%d ETags for %d encodings", len(tags), len(encodings))
	}
	for _, enc := range encodings[1:] {
		if counted(r.metrics.encoded[enc]) != 1 {
			t.Errorf("%v was made %v times", enc, counted(r.metrics.encoded[enc]))
		}
	}
}

func TestShortAndIncompressibleAnswersStayAsTheyAre(t *testing.T) {
	r := newReader(t)
	noise := make([]byte, 0, 2000)
	for x := uint32(1); len(noise) < 2000; {
		x = x*1664525 + 1013904223
		noise = append(noise, 'a'+byte(x>>16)%26)
	}
	r.origin.set("short", "Inferno")
	r.origin.set("noise", string(noise))
	if e := r.expect(askIn("short", answer.Brotli), "Inferno", answer.Origin, 1).Entry; e.Enc != answer.Identity {
		t.Errorf("%d bytes were encoded", len(e.Body))
	}
	r.expect(askIn("short", answer.Brotli), "Inferno", answer.L1, 0)
	if e := r.answer(askIn("noise", answer.Gzip)).Entry; e.Enc == answer.Gzip && len(e.Body) >= 2000 {
		t.Errorf("encoded to %d bytes", len(e.Body))
	}
}

func TestVariantsOfOneStamp(t *testing.T) {
	r := newReader(t)
	text := strings.Repeat("vita ", 300)
	r.origin.set("work_1", text)
	r.expect(askIn("work_1", answer.Brotli), text, answer.Origin, 1)
	r.change("work_1", text+"nuova")
	r.expect(askIn("work_1", answer.Gzip), text+"nuova", answer.Origin, 1)
	r.expect(askIn("work_1", answer.Brotli), text+"nuova", answer.L1, 0)
}

func TestEncoders(t *testing.T) {
	e := newEncoders()
	for _, size := range []int{0, 1, 600, 5000, 3 << 20} {
		body := bytes.Repeat([]byte("Inferno "), size/8+1)[:size]
		for _, enc := range encodings[1:] {
			for range 2 { // a used encoder as well
				got := plain(t, &answer.Entry{Enc: enc, Body: e.encode(enc, body)})
				if got != string(body) {
					t.Fatalf("%v of %d bytes comes back as %d", enc, size, len(got))
				}
			}
		}
	}
	if e.encode(answer.Identity, []byte("x")) != nil {
		t.Error("identity is no encoding")
	}
}
