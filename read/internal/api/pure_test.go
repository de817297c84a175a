package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/tercul/tercul/read/internal/answer"
)

func TestNegotiateEncoding(t *testing.T) {
	for accept, want := range map[string]answer.Encoding{
		"":                               answer.Identity,
		"identity":                       answer.Identity,
		"gzip":                           answer.Gzip,
		"x-gzip":                         answer.Gzip,
		"GZIP":                           answer.Gzip,
		"gzip, deflate, br, zstd":        answer.Brotli,
		"gzip, zstd":                     answer.Zstd,
		"br;q=0.1, gzip":                 answer.Gzip,
		"br;q=0, *":                      answer.Zstd,
		"*":                              answer.Brotli,
		"deflate":                        answer.Identity,
		"gzip;q=0":                       answer.Identity,
		"identity;q=1, gzip;q=0.5":       answer.Identity,
		"identity;q=0.5, gzip;q=0.5":     answer.Gzip,
		"gzip;q=0.5, *;q=0":              answer.Gzip,
		"br;q=x, gzip":                   answer.Gzip,
		"gzip;q=0.001, identity;q=0.002": answer.Identity,
	} {
		enc, ok := negotiateEncoding(accept)
		assert.True(t, ok, accept)
		assert.Equal(t, want, enc, accept)
	}
	for _, accept := range []string{"identity;q=0", "*;q=0", "deflate, identity;q=0"} {
		_, ok := negotiateEncoding(accept)
		assert.False(t, ok, accept)
	}
}

func TestNoneMatch(t *testing.T) {
	for header, want := range map[string]bool{
		`"a"`: true, `W/"a"`: true, `"b", "a"`: true, `"b",W/"a" , "c"`: true, `*`: true, ` * `: true,
		`"b"`: false, ``: false, `a`: false, `"a`: false, `"x,"a"`: false, `"a,b", "c"`: false, `"A"`: false,
	} {
		assert.Equal(t, want, noneMatch(header, `"a"`), header)
	}
	assert.False(t, noneMatch("*", ""))
}

func TestRequestIDs(t *testing.T) {
	ids := newRequestIDs()
	assert.Equal(t, "abc-1.2_3", string(ids.append(nil, []byte("abc-1.2_3"))))
	first, second := string(ids.append(nil, nil)), string(ids.append(nil, []byte("no spaces")))
	assert.NotEqual(t, first, second)
	assert.Regexp(t, `^[0-9a-f]{16}-1$`, first)
	assert.NotEqual(t, "x", string(ids.append(nil, []byte(strings.Repeat("x", maxRequestID+1)))))
	for range 40 {
		ids.append(nil, nil)
	}
	assert.Regexp(t, `-2c$`, string(ids.append(nil, nil)))
}

func FuzzNegotiation(f *testing.F) {
	f.Add("gzip;q=0.5, *;q=0")
	f.Fuzz(func(_ *testing.T, header string) {
		negotiateEncoding(header)
		noneMatch(header, `"a"`)
	})
}
