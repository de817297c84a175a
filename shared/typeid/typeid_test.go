package typeid_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/typeid"
)

// The vectors are those of the specification, under prefixes of ours.
func TestEncodeKnownValues(t *testing.T) {
	for id, want := range map[string]string{
		"00000000-0000-0000-0000-000000000000": "work_00000000000000000000000000",
		"00000000-0000-0000-0000-000000000001": "work_00000000000000000000000001",
		"00000000-0000-0000-0000-000000000020": "work_00000000000000000000000010",
		"00000000-0000-0000-0000-00000000000a": "work_0000000000000000000000000a",
		"ffffffff-ffff-ffff-ffff-ffffffffffff": "work_7zzzzzzzzzzzzzzzzzzzzzzzzz",
		"0110c853-1d09-52d8-d73e-1194e95b5f19": "work_0123456789abcdefghjkmnpqrs",
		"01890a5d-ac96-774b-bcce-b302099a8057": "work_01h455vb4pex5vsknk084sn02q",
	} {
		u := uuid.MustParse(id)
		require.Equal(t, want, typeid.Encode("work", u))
		prefix, back, err := typeid.Decode(want)
		require.NoError(t, err)
		require.Equal(t, "work", prefix)
		require.Equal(t, u, back)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"empty":             "",
		"no prefix":         "00000000000000000000000000",
		"empty prefix":      "_00000000000000000000000000",
		"unknown prefix":    "book_00000000000000000000000000",
		"too short":         "work_0000000000000000000000000",
		"too long":          "work_000000000000000000000000000",
		"more than 128 bit": "work_80000000000000000000000000",
		"upper case":        "work_01H455VB4PEX5VSKNK084SN02Q",
		"forgiven letter":   "work_0o000000000000000000000000",
		"letter at the end": "work_0000000000000000000000000u",
		"not ASCII":         "work_0000000000000000000000000é",
		"another separator": "work-00000000000000000000000000",
		"very long":         strings.Repeat("a", 1<<16) + "_0",
	} {
		_, _, err := typeid.Decode(s)
		require.ErrorIs(t, err, typeid.ErrInvalid, name)
		require.Less(t, len(err.Error()), 300, name)
	}
}

func TestPrefixAndKindAreInverse(t *testing.T) {
	for _, kind := range typeid.Kinds() {
		prefix, known := typeid.Prefix(kind)
		require.True(t, known, kind)
		back, known := typeid.Kind(prefix)
		require.True(t, known, prefix)
		require.Equal(t, kind, back)
	}
	_, known := typeid.Prefix("BOOK")
	require.False(t, known)
}

func FuzzDecode(f *testing.F) {
	f.Add("work_01h455vb4pex5vsknk084sn02q")
	f.Add("prsn_7zzzzzzzzzzzzzzzzzzzzzzzzz")
	f.Fuzz(func(t *testing.T, s string) {
		prefix, u, err := typeid.Decode(s)
		if err != nil {
			return
		}
		require.Equal(t, s, typeid.Encode(prefix, u), "one spelling only")
	})
}

func BenchmarkEncode(b *testing.B) {
	u := uuid.MustParse("01890a5d-ac96-774b-bcce-b302099a8057")
	b.ReportAllocs()
	for b.Loop() {
		_ = typeid.Encode("work", u)
	}
}
