package jsonl

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func readAll(t *testing.T, r *Reader) []Line {
	t.Helper()
	var lines []Line
	for {
		line, err := r.Next()
		if errors.Is(err, io.EOF) {
			return lines
		}
		require.NoError(t, err)
		line.Bytes = append([]byte(nil), line.Bytes...)
		lines = append(lines, line)
	}
}

func TestReaderCountsLinesAndTrimsEnds(t *testing.T) {
	lines := readAll(t, NewReader(strings.NewReader("\xef\xbb\xbf{\"a\":1}\r\n\n  \n{\"a\":2}")))
	require.Len(t, lines, 2)
	require.Equal(t, `{"a":1}`, string(lines[0].Bytes))
	require.Equal(t, 4, lines[1].Number)
	require.Equal(t, `{"a":2}`, string(lines[1].Bytes))
	require.EqualValues(t, 16, lines[1].Offset)
}

func TestReaderSkipsALineOverTheLimitWithoutHoldingIt(t *testing.T) {
	r := NewReader(strings.NewReader("first\n" + strings.Repeat("x", 1<<20) + "\nlast\n"))
	r.limit = 1000
	lines := readAll(t, r)
	require.Len(t, lines, 3)
	require.ErrorIs(t, lines[1].Err, ErrTooLong)
	require.Less(t, cap(r.buf), 600<<10)
	require.Equal(t, "last", string(lines[2].Bytes))
}

func TestReaderReadsLinesOfManyMegabytes(t *testing.T) {
	long := strings.Repeat("aé", 2<<20)
	lines := readAll(t, NewReader(strings.NewReader(long+"\nb\n")))
	require.Len(t, lines, 2)
	require.Len(t, lines[0].Bytes, len(long))
}

func TestReaderAnswersReadErrors(t *testing.T) {
	broken := errors.New("disk gone")
	r := NewReader(io.MultiReader(strings.NewReader("a\nb"), &failing{broken}))
	_, err := r.Next()
	require.NoError(t, err)
	_, err = r.Next()
	require.ErrorIs(t, err, broken)
}

type failing struct{ err error }

func (f *failing) Read([]byte) (int, error) { return 0, f.err }

type sample struct {
	Title string  `json:"title"`
	Year  *int    `json:"year"`
	Names []inner `json:"names"`
}
type inner struct {
	Language *string `json:"language"`
}

func TestDecodeNamesTheFaultInPlainWords(t *testing.T) {
	cases := map[string]struct{ in, field, reason string }{
		"not JSON":         {`{"title":"x"`, "", "broken JSON"},
		"text after":       {`{"title":"x"} y`, "", "broken JSON"},
		"wrong UTF-8":      {"{\"title\":\"a\xffb\"}", "", "not valid UTF-8 at byte 12"},
		"surrogate":        {`{"title":"a\ud800b"}`, "title", "lone surrogate"},
		"low surrogate":    {`{"title":"\uDC00"}`, "title", "lone surrogate"},
		"twice":            {`{"title":"a","title":"b"}`, "title", "given twice"},
		"number as string": {`{"title":7}`, "title", "must be a string, is a number"},
		"fraction":         {`{"year":1.5}`, "year", "must be a whole number, is a number (1.5)"},
		"nested":           {`{"names":[{"language":[]}]}`, "names.0.language", "must be a string, is a list"},
		"array":            {`[]`, "", "must be an object, is a list"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var v sample
			err := Decode([]byte(c.in), &v)
			var fault *FieldError
			require.ErrorAs(t, err, &fault)
			require.Equal(t, c.field, fault.Field)
			require.Contains(t, fault.Reason, c.reason)
		})
	}
}

func TestDecodeAcceptsPairedSurrogatesAndNull(t *testing.T) {
	var v sample
	require.NoError(t, Decode([]byte(`{"title":"\ud83d\ude00","year":null,"names":null}`), &v))
	require.Equal(t, "😀", v.Title)
	require.Nil(t, v.Year)
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add([]byte(`{"title":"\ud800"}`))
	f.Fuzz(func(_ *testing.T, data []byte) {
		var v sample
		_ = Decode(data, &v)
	})
}
