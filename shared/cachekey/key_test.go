package cachekey_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/tercul/tercul/shared/cachekey"
)

func TestKeyIsReadable(t *testing.T) {
	got := cachekey.NewDocument("a3f09c", "beef").Key([]byte(`{"id":"work_1"}`))
	if want := cachekey.Key(`q1;6:a3f09c4:beefv15:{"id":"work_1"}`); got != want {
		t.Fatalf("key %q, want %q", got, want)
	}
	if got, want := got.In(cachekey.Brotli), `b:q1;6:a3f09c4:beefv15:{"id":"work_1"}`; got != want {
		t.Fatalf("in brotli %q, want %q", got, want)
	}
}

func TestLongVariablesAreDigested(t *testing.T) {
	doc := cachekey.NewDocument("s", "d")
	at, over := strings.Repeat("x", 512), strings.Repeat("x", 513)
	if k := doc.Key([]byte(at)); !strings.HasSuffix(string(k), at) {
		t.Fatalf("512 bytes are not inline: %q", k)
	}
	k := doc.Key([]byte(over))
	if len(k) > 100 || strings.Contains(string(k), "xxx") {
		t.Fatalf("513 bytes are inline: %q", k)
	}
	if k == doc.Key([]byte(over[:512]+"y")) {
		t.Fatal("two long variables share a key")
	}
}

func TestKeyDoesNotAliasVariables(t *testing.T) {
	vars := []byte(`{"a":1}`)
	k := cachekey.NewDocument("s", "d").Key(vars)
	before := strings.Clone(string(k))
	copy(vars, `{"b":2}`)
	if string(k) != before {
		t.Fatal("the key changed with the request's buffer")
	}
}

func TestKeyAllocatesOnce(t *testing.T) {
	doc, vars := cachekey.NewDocument("a3f09c", strings.Repeat("f", 64)), []byte(`{"id":"work_01jd3v7n5ke8h9rq2w4x6y8z0a"}`)
	if n := testing.AllocsPerRun(100, func() { _ = doc.Key(vars) }); n > 1 {
		t.Fatalf("%v allocations for a key", n)
	}
}

func TestFamiliesAreApart(t *testing.T) {
	s := cachekey.Space("s")
	key := cachekey.NewDocument("v", "d").Key(nil)
	all := []string{s.State(), s.Tags(), s.Log(), s.Known(), s.Channel(), s.Limit("requests", "x"), s.Limit("request", "s:x")}
	for e := cachekey.Identity; e.Valid(); e++ {
		all = append(all, s.Entry(key, e), cachekey.Space("s2").Entry(key, e))
	}
	for i, a := range all {
		for j, b := range all {
			if i != j && strings.HasPrefix(a, b) {
				t.Errorf("%q starts with %q", a, b)
			}
		}
	}
}

func TestEncodingNames(t *testing.T) {
	want := map[cachekey.Encoding]string{
		cachekey.Identity: "identity", cachekey.Gzip: "gzip", cachekey.Brotli: "br", cachekey.Zstd: "zstd", 9: "unknown",
	}
	for e, name := range want {
		if e.String() != name {
			t.Errorf("%d is %q, want %q", e, e.String(), name)
		}
	}
}

// parse undoes a key; that it can, for any values, is what proves that no two
// questions share one.
func parse(t *testing.T, key string) (fields [3]string) {
	t.Helper()
	rest, ok := strings.CutPrefix(key, "q1;")
	if !ok {
		t.Fatalf("no family in %q", key)
	}
	for i := range fields {
		if i == 2 {
			fields[2], rest = rest[:1], rest[1:]
		}
		digits, after, ok := strings.Cut(rest, ":")
		n, err := strconv.Atoi(digits)
		if !ok || err != nil || n > len(after) {
			t.Fatalf("field %d of %q is not framed", i, key)
		}
		fields[i], rest = fields[i]+after[:n], after[n:]
	}
	if rest != "" {
		t.Fatalf("%q is left of %q", rest, key)
	}
	return fields
}

func FuzzKey(f *testing.F) {
	f.Add("a3f09c", "beef", []byte(`{}`))
	f.Add("1:a", "2:bb", []byte("v3:"))
	f.Add("", "", []byte(nil))
	f.Add("x", "y", []byte(strings.Repeat("z", 600)))
	f.Fuzz(func(t *testing.T, version, hash string, vars []byte) {
		key := cachekey.NewDocument(version, hash).Key(vars)
		got := parse(t, string(key))
		if got[0] != version || got[1] != hash {
			t.Fatalf("%q read back as %q", key, got)
		}
		if inline := "v" + string(vars); len(vars) <= 512 && got[2] != inline {
			t.Fatalf("variables %q read back as %q", vars, got[2])
		}
		if len(vars) > 512 && (got[2][0] != 'h' || len(got[2]) != 65) {
			t.Fatalf("long variables read back as %q", got[2])
		}
	})
}
