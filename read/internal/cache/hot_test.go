package cache

import (
	"fmt"
	"sync"
	"testing"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
)

func entryOf(size int) *answer.Entry { return &answer.Entry{Body: make([]byte, size)} }

func TestHotKeepsWhatIsRead(t *testing.T) {
	h := newHot(ways, 1<<20)
	read := cachekey.Key("read")
	h.put(read, answer.Identity, entryOf(10), true)
	for i := range 100 {
		if h.get(read, answer.Identity) == nil {
			t.Fatalf("forgotten after %d others", i)
		}
		h.put(cachekey.Key(fmt.Sprint(i)), answer.Identity, entryOf(10), true)
	}
	if n, _ := h.stats(); n != ways {
		t.Errorf("%d entries in %d places", n, ways)
	}
}

func TestHotTellsEncodingsApart(t *testing.T) {
	h := newHot(64, 1<<20)
	h.put("k", answer.Brotli, entryOf(1), true)
	if h.get("k", answer.Identity) != nil || h.get("k", answer.Brotli) == nil {
		t.Fatal("mixed up")
	}
}

func TestHotReplaces(t *testing.T) {
	h := newHot(64, 1<<20)
	old, fresh := entryOf(1), entryOf(2)
	h.put("k", answer.Identity, old, false)
	h.put("k", answer.Identity, fresh, false)
	if h.get("k", answer.Identity) != fresh {
		t.Fatal("the newer entry did not replace the older")
	}
	h.put("k", answer.Identity, old, true)
	if h.get("k", answer.Identity) != fresh {
		t.Fatal("a copy from the layer behind replaced it")
	}
	h.put("k", answer.Identity, entryOf(1<<20), false)
	if h.get("k", answer.Identity) != nil {
		t.Fatal("the older entry survived one that is too big to keep")
	}
	if n, bytes := h.stats(); n != 0 || bytes != 0 {
		t.Fatalf("%d entries of %d bytes are left", n, bytes)
	}
}

func TestHotStaysWithinItsBudget(t *testing.T) {
	const budget = 100 << 10
	h := newHot(1024, budget)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2000 {
				key := cachekey.Key(fmt.Sprintf("%d-%d", w, i%700))
				if h.get(key, answer.Identity) == nil {
					h.put(key, answer.Identity, entryOf(i%9000), i%3 == 0)
				}
			}
		})
	}
	wg.Wait()
	n, bytes := h.stats()
	if bytes > budget || bytes <= 0 {
		t.Errorf("%d bytes", bytes)
	}
	count, sum := 0, 0
	for i := range h.sets {
		for j := range h.sets[i] {
			if node := h.sets[i][j].Load(); node != nil {
				count++
				sum += node.size()
			}
		}
	}
	if count != n || sum != bytes {
		t.Errorf("counted %d entries of %d bytes, there are %d of %d", n, bytes, count, sum)
	}
}
