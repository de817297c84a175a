package edge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/write/internal/edge/provider"
)

func set(list ...string) keys {
	k := keys{}
	for _, key := range list {
		k.add(key, need{})
	}
	return k
}

func (k keys) list() []string { return slices.Sorted(maps.Keys(k)) }

func TestEverythingCoversAll(t *testing.T) {
	k := keys{}
	k.addTag("work_1", need{hard: true})
	k.addTag("list:work", need{again: true})
	k.addTag("*", need{})
	k.addTag("work_2", need{})
	require.Equal(t, keys{"all": {hard: true, again: true}}, k)
	k = set("work_1")
	k.addTag("No Tag", need{})
	require.Equal(t, []string{"all"}, k.list(), "as inside")
	k = keys{}
	for i := range maxKeys + 1 {
		k.add(fmt.Sprint("work_", i), need{})
	}
	require.Equal(t, []string{"all"}, k.list())
}

func TestCoarserKeysCoverWhatTheyReplace(t *testing.T) {
	k := set("work_1", "work_2", "work_3", "kind:work", "text:expr_1", "text:expr_2", "prsn_1", "list:work")
	k.add("work_2", need{hard: true, again: true})
	k.coarsen()
	require.Equal(t, []string{"all:work", "list:work", "prsn_1", "text:expr_1", "text:expr_2"}, k.list())
	require.Equal(t, need{hard: true, again: true}, k["all:work"])
	k.coarsen()
	require.Equal(t, []string{"all:text", "all:work", "list:work", "prsn_1"}, k.list())
	k.coarsen()
	require.Equal(t, keys{"all": {hard: true, again: true}}, k, "one key of a kind gains nothing")
}

// Each tag of an answer must be found by whatever it may have become.
func TestAnswersBearWhatTheirTagsBecome(t *testing.T) {
	for _, tag := range []string{"work_1", "text:expr_1", "list:work", "ref", "doc:0123"} {
		k := set(tag, tag+"2", "kind:"+invalidate.SubjectKind(tag))
		bears := append(invalidate.EdgeKeys([]string{tag}), tag)
		for range 3 {
			k.coarsen()
			require.True(t, slices.ContainsFunc(bears, func(key string) bool { _, ok := k[key]; return ok }), "%s became %v", tag, k.list())
		}
	}
}

func TestChunks(t *testing.T) {
	k := set("a", "b", "c", "d")
	k.add("c", need{hard: true})
	got := k.chunks(provider.Limits{Keys: 2})
	require.Equal(t, []chunk{{[]string{"c"}, true}, {[]string{"a", "b"}, false}, {[]string{"d"}, false}}, got)
	k = keys{}
	for i := range 100 {
		k.add(fmt.Sprintf("work_%070d", i), need{})
	}
	n := 0
	for _, c := range k.chunks(provider.Limits{Keys: 500, Bytes: 1000}) {
		require.LessOrEqual(t, len(strings.Join(c.keys, " ")), 1000)
		n += len(c.keys)
	}
	require.Equal(t, 100, n)
	require.Len(t, set("longer than allowed").chunks(provider.Limits{Keys: 1, Bytes: 3}), 1, "never none")
}

func TestBudget(t *testing.T) {
	now := time.Now()
	b := newBudget(provider.Limits{Keys: 10, Rate: 1, Burst: 3})
	k := keys{}
	for i := range 40 {
		k.add(fmt.Sprint("work_", i), need{})
	}
	require.Zero(t, b.coarsen(maps.Clone(k), now), "three calls at once, and one within the second")
	k.add("list:work", need{})
	require.Equal(t, 1, b.coarsen(k, now))
	require.Equal(t, []string{"all:work", "list:work"}, k.list())
	one := chunk{keys: []string{"a"}}
	for range 3 {
		require.Zero(t, b.spend(one, now))
	}
	require.Positive(t, b.spend(one, now))
	require.Positive(t, b.spend(one, now.Add(500*time.Millisecond)), "asking costs nothing")
	require.Zero(t, b.spend(one, now.Add(1001*time.Millisecond)))

	each := newBudget(provider.Limits{Keys: 256, Rate: 1, Burst: 300, EachKey: true})
	require.Zero(t, each.spend(chunk{keys: make([]string, 256)}, now))
	require.Positive(t, each.spend(chunk{keys: make([]string, 256)}, now))
	for i := range 100 {
		k.add(fmt.Sprint("prsn_", i), need{})
	}
	require.Positive(t, each.coarsen(k, now))
	require.LessOrEqual(t, len(k), 45)
}

func TestQueue(t *testing.T) {
	var q queue
	now := time.Now()
	q.push(set("a"), "1:1:", now, 4*time.Second)
	q.push(set("b"), "", now.Add(900*time.Millisecond), 4*time.Second)
	q.push(set("c"), "2:2:", now.Add(1100*time.Millisecond), 4*time.Second)
	require.Equal(t, 3, q.size())
	_, ok := q.pop(now.Add(4900 * time.Millisecond))
	require.False(t, ok, "four seconds after the last of the round")
	due, _ := q.next()
	require.Equal(t, now.Add(5*time.Second), due)
	r, _ := q.pop(due)
	require.Equal(t, []string{"a", "b"}, r.keys.list())
	require.Equal(t, "1:1:", r.snapshot)
	r, _ = q.pop(now.Add(time.Minute))
	require.Equal(t, []string{"c"}, r.keys.list())
	require.True(t, q.empty())
}
