package scenario_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tercul/tercul/loadtest/scenario"
)

var docs = scenario.Documents{Folder: "../../read/operations"}

var library = &scenario.Library{
	Works:        []scenario.Work{{ID: "work_1", Slug: "a", Versions: []string{"expr_1", "expr_2"}}, {ID: "work_2", Slug: "b"}},
	Authors:      []string{"dante", "homer"},
	Translations: []string{"expr_1", "expr_2"},
}

func TestDrawIsRepeatable(t *testing.T) {
	one, err := scenario.Draw(library, docs, "http://h", 200, 7)
	if err != nil {
		t.Fatal(err)
	}
	two, err := scenario.Draw(library, docs, "http://h", 200, 7)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(one, "\n") != strings.Join(two, "\n") {
		t.Fatal("the same seed drew other addresses")
	}
	other, err := scenario.Draw(library, docs, "http://h", 200, 8)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(one, "\n") == strings.Join(other, "\n") {
		t.Fatal("another seed drew the same addresses")
	}
}

func TestDrawAsksForEveryKindOfPage(t *testing.T) {
	addresses, err := scenario.Draw(library, docs, "http://h", 500, 1)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		ids[u.Query().Get("documentId")] = true
	}
	if len(ids) != 7 {
		t.Fatalf("%d documents were asked, want 7", len(ids))
	}
}

func TestDrawSaysThatTheLibraryIsEmpty(t *testing.T) {
	if _, err := scenario.Draw(&scenario.Library{}, docs, "http://h", 1, 1); err == nil {
		t.Fatal("an empty library was drawn from")
	}
}

func TestURLNamesTheMissingDocument(t *testing.T) {
	if _, err := docs.URL("http://h", "Nothing", nil); err == nil || !strings.Contains(err.Error(), "Nothing") {
		t.Fatal(err)
	}
}
