package answer_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/invalidate"
)

var policy = answer.Policy{
	MaxAge: time.Minute, SharedMaxAge: 5 * time.Minute,
	StaleWhileRevalidate: time.Minute, StaleIfError: time.Hour, Negative: 5 * time.Second,
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func material() answer.Material {
	return answer.Material{
		Data: []byte(`{"work":{"title":"Inferno"}}`), AsOf: 42, Tags: []string{"work_1", "list:work", "work_1"}, Policy: policy, Now: noon,
	}
}

func TestEntry(t *testing.T) {
	e := answer.NewEntry(material())
	want := `{"data":{"work":{"title":"Inferno"}},"extensions":{"cache":{"asOf":42,"tags":["list:work","work_1"]}}}`
	if string(e.Body) != want {
		t.Errorf("body %s, want %s", e.Body, want)
	}
	for got, want := range map[string]string{
		e.CacheControl:     "public, max-age=60, s-maxage=300, stale-while-revalidate=60, stale-if-error=3600",
		e.SurrogateControl: "max-age=300, stale-while-revalidate=60, stale-if-error=3600",
		e.SurrogateKey:     "all all:work list:work work_1",
		e.CacheTag:         "all,all:work,list:work,work_1",
	} {
		if got != want {
			t.Errorf("header %q, want %q", got, want)
		}
	}
	if len(e.ETag) != 24 || e.ETag[0] != '"' || e.ETag[23] != '"' {
		t.Errorf("ETag %s", e.ETag)
	}
	if e.NoStore || len(e.Slots) != 2 || e.Slots[1] != invalidate.Slot("work_1") {
		t.Errorf("entry %+v", e)
	}
	soft, hard, until := time.UnixMilli(e.Soft), time.UnixMilli(e.Hard), time.UnixMilli(e.Until)
	if soft.After(noon.Add(5*time.Minute)) || soft.Before(noon.Add(270*time.Second)) || hard.Sub(soft) != time.Minute || until.Sub(soft) != time.Hour {
		t.Errorf("expiries %v %v %v", soft, hard, until)
	}
}

func TestLifetimes(t *testing.T) {
	for name, c := range map[string]struct {
		policy  answer.Policy
		status  answer.Kind
		noStore bool
		within  time.Duration
	}{
		"backstop":        {answer.Policy{SharedMaxAge: 24 * time.Hour}, answer.Full, false, answer.Backstop},
		"browser's":       {answer.Policy{MaxAge: time.Second}, answer.Full, false, time.Second},
		"none":            {answer.Policy{}, answer.Full, true, 0},
		"forbidden":       {answer.Policy{SharedMaxAge: time.Hour, NoStore: true}, answer.Full, true, 0},
		"null":            {policy, answer.Null, false, 5 * time.Second},
		"null, unstored":  {answer.Policy{SharedMaxAge: time.Hour}, answer.Null, true, 0},
		"partial":         {policy, answer.Partial, true, 0},
		"null, forbidden": {answer.Policy{Negative: time.Second, NoStore: true}, answer.Null, true, 0},
	} {
		m := material()
		m.Policy, m.Status = c.policy, c.status
		e := answer.NewEntry(m)
		if e.NoStore != c.noStore {
			t.Errorf("%s: NoStore %v", name, e.NoStore)
		}
		if soft := time.UnixMilli(e.Soft).Sub(noon); !c.noStore && (soft > c.within || soft < c.within*9/10) {
			t.Errorf("%s: fresh for %v", name, soft)
		}
		if c.status == answer.Null && e.Until != e.Soft && !c.noStore {
			t.Errorf("%s: a null answer outlives itself", name)
		}
	}
}

func TestErrorsAndExtensions(t *testing.T) {
	m := material()
	m.Errors, m.Extensions = []byte(`[{"message":"no"}]`), []byte(`"search":{"took":1}`)
	e := answer.NewEntry(m)
	var body struct {
		Data       json.RawMessage
		Errors     []any
		Extensions map[string]any
	}
	if err := json.Unmarshal(e.Body, &body); err != nil {
		t.Fatalf("%v in %s", err, e.Body)
	}
	if len(body.Errors) != 1 || len(body.Extensions) != 2 || !e.NoStore {
		t.Fatalf("%s, NoStore %v", e.Body, e.NoStore)
	}
}

func TestMalformedTagIsNotStored(t *testing.T) {
	m := material()
	m.Tags = append(m.Tags, "a b\r\nSet-Cookie: x")
	e := answer.NewEntry(m)
	if !e.NoStore || e.SurrogateKey != "" || !json.Valid(e.Body) {
		t.Fatalf("%+v", e)
	}
}

func TestTagsAreMadeCoarser(t *testing.T) {
	m := material()
	m.Tags = []string{"text:expr_1"}
	for i := range 500 {
		m.Tags = append(m.Tags, fmt.Sprintf("work_%026d", i))
	}
	for i := range 100 {
		m.Tags = append(m.Tags, fmt.Sprintf("prsn_%026d", i))
	}
	e := answer.NewEntry(m)
	if e.NoStore || len(e.Slots) != 601 {
		t.Fatalf("NoStore %v, %d slots: inside, every tag counts", e.NoStore, len(e.Slots))
	}
	keys := strings.Fields(e.SurrogateKey)
	if len(keys) != 106 || keys[105] != "kind:work" || keys[0] != "all" || keys[3] != "all:work" || !strings.Contains(e.SurrogateKey, "text:expr_1") {
		t.Fatalf("%d keys: %s", len(keys), e.SurrogateKey)
	}
	if strings.ReplaceAll(e.CacheTag, ",", " ") != e.SurrogateKey || len(e.CacheTag) > 16<<10 {
		t.Fatal("Cache-Tag differs")
	}
}

func TestTooManyTagsAreNotStoredOutside(t *testing.T) {
	m := material()
	for i := range 600 {
		m.Tags = append(m.Tags, fmt.Sprintf("list:%030d", i)) // of no kind
	}
	e := answer.NewEntry(m)
	if e.NoStore || e.CacheControl != "no-store" || e.SurrogateControl != "no-store" || e.SurrogateKey != "" {
		t.Fatalf("%+v", e)
	}
}

func TestRenewed(t *testing.T) {
	prev := answer.NewEntry(material())
	later := material()
	later.AsOf, later.Now = 50, noon.Add(time.Hour)
	fresh := answer.NewEntry(later)
	if fresh.ETag == prev.ETag {
		t.Fatal("the stamp is part of the bytes, so ETags must differ")
	}
	got, ok := fresh.Renewed(prev)
	if !ok || got.ETag != prev.ETag || !bytes.Equal(got.Body, prev.Body) || got.AsOf != 50 || got.Soft != fresh.Soft {
		t.Fatalf("renewed %v: %+v", ok, got)
	}
	br := prev.Encoded(answer.Brotli, []byte("br"))
	if got, ok := fresh.Renewed(br); !ok || got.Enc != answer.Brotli || got.ETag != br.ETag || br.ETag == prev.ETag {
		t.Fatalf("renewed %v: %+v", ok, got)
	}
	for name, change := range map[string]func(*answer.Material){
		"data":      func(m *answer.Material) { m.Data = []byte(`{}`) },
		"extension": func(m *answer.Material) { m.Extensions = []byte(`"a":1`) },
		"tags":      func(m *answer.Material) { m.Tags = []string{"work_1"} },
		"policy":    func(m *answer.Material) { m.Policy.MaxAge++; m.Policy.MaxAge *= 2 },
		"status":    func(m *answer.Material) { m.Status = answer.Null },
	} {
		m := later
		change(&m)
		if _, ok := answer.NewEntry(m).Renewed(prev); ok {
			t.Errorf("renewed although the %s differs", name)
		}
	}
	if _, ok := fresh.Renewed(nil); ok {
		t.Error("renewed by nothing")
	}
}

func TestCopiesLeaveTheOriginal(t *testing.T) {
	e := answer.NewEntry(material())
	if c := e.Unstored(); !c.NoStore || e.NoStore || c.Unstored() != c {
		t.Error("Unstored")
	}
	if c := e.Kept(7); c.Keep != 7 || e.Keep != 0 {
		t.Error("Kept")
	}
	if c := e.Stamped(99); c.AsOf != 99 || e.AsOf != 42 {
		t.Error("Stamped")
	}
	if e.Size() < len(e.Body) {
		t.Error("Size")
	}
}
