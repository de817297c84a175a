package answer_test

import (
	"bytes"
	"reflect"
	"testing"
	"unsafe"

	"github.com/tercul/tercul/read/internal/answer"
)

func TestCodec(t *testing.T) {
	e := answer.NewEntry(material())
	for _, e := range []*answer.Entry{e, e.Encoded(answer.Zstd, []byte{1, 2}), {Status: answer.Null, Soft: -1, Body: []byte{}}} {
		data := e.Encode(nil)
		if len(data) != e.EncodedSize() {
			t.Errorf("%d bytes, announced %d", len(data), e.EncodedSize())
		}
		got, err := answer.Decode(data)
		if err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v read back as %+v, %v", e, got, err)
		}
	}
}

func TestDecodeRefusesOtherBytes(t *testing.T) {
	data := answer.NewEntry(material()).Encode(nil)
	for n := range data {
		if _, err := answer.Decode(data[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes pass", n, len(data))
		}
	}
	if _, err := answer.Decode(append(bytes.Clone(data), 0)); err == nil {
		t.Error("a byte too many passes")
	}
	for at, value := range map[int]byte{0: 'X', 1: 2, 2: byte(answer.Partial), 3: 4} {
		other := bytes.Clone(data)
		if other[at] = value; value == data[at] {
			t.Fatal("the test changes nothing")
		}
		if _, err := answer.Decode(other); err == nil {
			t.Errorf("byte %d may be %d", at, value)
		}
	}
}

func TestDecodeSharesMemory(t *testing.T) {
	data := answer.NewEntry(material()).Encode(nil)
	e, err := answer.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	inside := func(p *byte) bool {
		at, from := uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(&data[0]))
		return at >= from && at < from+uintptr(len(data))
	}
	if !inside(&e.Body[0]) || !inside(unsafe.StringData(e.ETag)) || !inside(unsafe.StringData(e.Tags[0])) {
		t.Error("copied")
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = answer.Decode(data) }); n > 3 {
		t.Errorf("%v allocations", n)
	}
	if cap(e.Body) != len(e.Body) {
		t.Error("an append would reach beyond the entry")
	}
}

func FuzzDecode(f *testing.F) {
	e := answer.NewEntry(material())
	f.Add(e.Encode(nil))
	f.Add(e.Encoded(answer.Gzip, nil).Encode(nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := answer.Decode(data)
		if err != nil {
			return
		}
		if again := e.Encode(nil); !bytes.Equal(again, data) || len(again) != e.EncodedSize() {
			t.Fatalf("%x written again is %x", data, again)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	m := material()
	m.Data = bytes.Repeat([]byte("x"), 4096)
	m.Tags = []string{"work_1", "work_2", "work_3", "work_4", "prsn_1", "prsn_2", "list:work", "list:expr"}
	data := answer.NewEntry(m).Encode(nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := answer.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewEntry(b *testing.B) {
	m := material()
	m.Data = bytes.Repeat([]byte("x"), 4096)
	b.ReportAllocs()
	for b.Loop() {
		answer.NewEntry(m)
	}
}
