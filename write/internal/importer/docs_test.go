package importer

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every field of the form is documented.
func TestEveryFieldIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/import.md")
	require.NoError(t, err)
	for _, rec := range []any{
		authorRecord{}, nameRecord{}, workRecord{}, titleRecord{}, contributorRecord{}, seriesRecord{}, textFields{}, translationRecord{},
		userRecord{}, categoryRecord{}, categoryName{}, tagRecord{}, subjectRef{}, rightsRecord{}, alignmentRecord{}, alignmentGroupRecord{},
		historyRecord{}, collectionRecord{}, collectionItemRecord{}, commentRecord{}, statsRecord{}, trendingRecord{},
	} {
		for field := range reflect.TypeOf(rec).Fields() {
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
				require.Contains(t, string(text), "`"+name+"`", "%T", rec)
			}
		}
	}
	for _, kind := range kinds {
		require.Contains(t, string(text), "**"+kind+".jsonl**")
	}
}
