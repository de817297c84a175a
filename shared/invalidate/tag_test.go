package invalidate_test

import (
	"strings"
	"testing"

	"github.com/tercul/tercul/shared/invalidate"
)

func TestParse(t *testing.T) {
	valid := map[string]invalidate.Tag{
		"*":                               {Name: "*"},
		"ref":                             {Name: "ref"},
		"list:work":                       {Name: "list", Arg: "work"},
		"trending:day":                    {Name: "trending", Arg: "day"},
		"work_01jd3v7n5ke8h9rq2w4x6y8z0a": {Name: "work_01jd3v7n5ke8h9rq2w4x6y8z0a"},
		"text:expr_01jd3v7n5ke8h9rq2w4x6y8z0a": {
			Name: "text", Arg: "expr_01jd3v7n5ke8h9rq2w4x6y8z0a",
		},
		"a:7-b":                        {Name: "a", Arg: "7-b"},
		"t" + strings.Repeat("0", 79):  {Name: "t" + strings.Repeat("0", 79)},
		"t:" + strings.Repeat("0", 78): {Name: "t", Arg: strings.Repeat("0", 78)},
	}
	for s, want := range valid {
		got, err := invalidate.Parse(s)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
		if got.String() != s {
			t.Errorf("%q put together is %q", s, got.String())
		}
	}
	for _, s := range []string{
		"", ":", "a:", ":a", "a:b:c", "**", "a:*", "*:a", "7up", "_a", "-a", "Work", "wörk", "a b", "a,b", "a|b", "a\n",
		"t" + strings.Repeat("0", 80),
	} {
		if got, err := invalidate.Parse(s); err == nil {
			t.Errorf("%q is taken for %+v", s, got)
		}
	}
}

// TestSlot pins the hash: readers of different versions share entries.
func TestSlot(t *testing.T) {
	want := map[string]uint32{"*": 15076, "list:work": 49953, "work_01jd3v7n5ke8h9rq2w4x6y8z0a": 59569}
	for tag, slot := range want {
		if got := invalidate.Slot(tag); got != slot {
			t.Errorf("slot of %q is %d, want %d", tag, got, slot)
		}
	}
}

func FuzzTag(f *testing.F) {
	for _, s := range []string{"*", "list:work", "work_01", "", "a:", "Ä", "a,b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tag, err := invalidate.Parse(s)
		if (err == nil) != invalidate.Valid(s) {
			t.Fatalf("Parse and Valid disagree about %q", s)
		}
		if invalidate.Slot(s) >= invalidate.Slots {
			t.Fatalf("no slot for %q", s)
		}
		if err != nil {
			return
		}
		if tag.String() != s {
			t.Fatalf("%q put together is %q", s, tag.String())
		}
		if len(s) > invalidate.MaxTag || strings.ContainsAny(s, "|, \t\r\n\"\\") {
			t.Fatalf("%q would break a header or a message", s)
		}
	})
}
