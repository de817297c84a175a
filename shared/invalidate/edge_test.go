package invalidate_test

import (
	"slices"
	"testing"

	"github.com/tercul/tercul/shared/invalidate"
)

func TestSubjectKind(t *testing.T) {
	for tag, want := range map[string]string{
		"work_01h455vb4pex5vsknk084sn02q": "work", "text:expr_01h455vb4pex5vsknk084sn02q": "text",
		"list:work": "", "ref": "", "*": "", "doc:0123456789abcdef": "", "kind:work": "",
	} {
		if got := invalidate.SubjectKind(tag); got != want {
			t.Errorf("%s is of kind %q, want %q", tag, got, want)
		}
	}
}

func TestEdgeKeys(t *testing.T) {
	got := invalidate.EdgeKeys([]string{"work_2", "work_1", "text:expr_1", "list:work"})
	if want := []string{"all", "all:text", "all:work"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	for _, key := range got {
		if !invalidate.Valid(key) {
			t.Errorf("%s is no tag", key)
		}
	}
}
