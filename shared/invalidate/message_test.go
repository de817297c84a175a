package invalidate_test

import (
	"reflect"
	"testing"

	"github.com/tercul/tercul/shared/invalidate"
)

func TestMessageForm(t *testing.T) {
	for want, m := range map[string]invalidate.Message{
		"1|i|5|7|12|900|work_1,list:work": {
			Kind: invalidate.Invalidation, Epoch: 5, Seq: 7, Outbox: 12, XID: 900, Tags: []string{"work_1", "list:work"},
		},
		"1|h|5|7|0|901|": {Kind: invalidate.Heartbeat, Epoch: 5, Seq: 7, XID: 901},
	} {
		if got := string(m.Append(nil)); got != want {
			t.Errorf("written as %q, want %q", got, want)
		}
		got, err := invalidate.Decode(want)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("%q read as %+v, %v", want, got, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, s := range []string{
		"", "1", "2|i|5|7|12|900|a", "1|x|5|7|12|900|a", "1|i|5|7|12|900", "1|i|5|7|12|900|a|b", "1|i|05|7|12|900|a",
		"1|i|5|-7|12|900|a", "1|i|5|7|18446744073709551615|900|a", "1|i|5|7|12|900|A", "1|i|5|7|12|900|a,", "1|i||7|12|900|a",
		"1|h|5|7|0|900|a", "1|ii|5|7|12|900|a", "1|i|5|7|12|18446744073709551616|a",
	} {
		if m, err := invalidate.Decode(s); err == nil {
			t.Errorf("%q read as %+v", s, m)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add("1|i|5|7|12|900|work_1,list:work")
	f.Add("1|h|5|7|0|901|")
	f.Add("1|i|1|1|1|1|")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := invalidate.Decode(s)
		if err != nil {
			return
		}
		if got := string(m.Append(nil)); got != s {
			t.Fatalf("%q written again is %q", s, got)
		}
	})
}
