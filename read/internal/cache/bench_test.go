package cache

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tercul/tercul/read/internal/answer"
)

// benchReader has n entries of 4 KB in L1.
func benchReader(b *testing.B, n int, settings ...setting) (*reader, []*answer.Query) {
	b.Helper()
	r := newReader(b, settings...)
	r.origin.tags = []string{"prsn_1", "prsn_2", "expr_1", "expr_2", "list:work", "list:expr", "ref"}
	queries := make([]*answer.Query, n)
	for i := range queries {
		name := fmt.Sprintf("work_%d", i)
		r.origin.set(name, strings.Repeat("x", 4000))
		queries[i] = ask(name)
		r.answer(queries[i])
	}
	return r, queries
}

func benchHits(b *testing.B, r *reader, queries []*answer.Query) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	i := 0
	for b.Loop() {
		i++
		if res, err := r.source.Answer(b.Context(), queries[i%len(queries)]); err != nil || res.Layer != answer.L1 {
			b.Fatal(res.Layer, err)
		}
	}
}

func BenchmarkHitByPointer(b *testing.B) {
	r, queries := benchReader(b, 500, withMegabytes(64))
	benchHits(b, r, queries)
}

// BenchmarkHitByCopy has no room for pointers.
func BenchmarkHitByCopy(b *testing.B) {
	r, queries := benchReader(b, 500, withMegabytes(64))
	r.l1.hot = newHot(4, 1)
	benchHits(b, r, queries)
}

func BenchmarkFresh(b *testing.B) {
	r, queries := benchReader(b, 1, withMegabytes(64))
	e := r.answer(queries[0]).Entry
	b.ReportAllocs()
	for b.Loop() {
		if !r.l1.Fresh(e) {
			b.Fatal("not fresh")
		}
	}
}

// BenchmarkMiss is what the layers add to a load that costs nothing.
func BenchmarkMiss(b *testing.B) {
	r, queries := benchReader(b, 1, withMegabytes(64))
	b.ReportAllocs()
	for b.Loop() {
		r.clock.Apply(r.clock.Applied()+1, []string{"ref"})
		if _, err := r.source.Answer(b.Context(), queries[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHitInRedis(b *testing.B) {
	bus := newBus(b, nil)
	r, queries := benchReader(b, 1, withMegabytes(64), withRedis(bus.direct, bus.space))
	r.settled(1)
	front := r.l2.Over(nil)
	b.ReportAllocs()
	for b.Loop() {
		if res, err := front.Answer(b.Context(), queries[0]); err != nil || res.Layer != answer.L2 {
			b.Fatal(res.Layer, err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	e := newEncoders()
	body := []byte(strings.Repeat(`{"id":"work_01jd3v7n5ke8h9rq2w4x6y8z0a","title":"Inferno","language":"it","year":1321},`, 48))
	for _, enc := range encodings[1:] {
		b.Run(enc.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.encode(enc, body)
			}
		})
	}
}
