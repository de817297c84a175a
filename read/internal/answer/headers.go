package answer

import (
	"strconv"
	"strings"
	"time"
)

// maxTagHeader is what the strictest of the usual CDNs takes of a tag header.
const maxTagHeader = 16 << 10

// lists names, for the prefix of an id, the list tag that is announced together
// with every change of such a row. Other tags have no coarser one.
var lists = map[string]string{
	"work": "list:work", "expr": "list:expr", "prsn": "list:author", "tag": "list:tag",
	"cat": "list:cat", "user": "list:user", "coll": "list:coll",
}

// setHeaders renders the values that every hit sends.
func (e *Entry) setHeaders(p Policy) {
	tags, ok := coarsen(e.Tags, maxTagHeader)
	if !ok {
		// No purge could reach it: nobody outside may keep it.
		e.CacheControl, e.SurrogateControl = "no-store", "no-store"
		return
	}
	e.SurrogateKey, e.CacheTag = strings.Join(tags, " "), strings.Join(tags, ",")
	stale := directive("stale-while-revalidate", p.StaleWhileRevalidate) + directive("stale-if-error", p.StaleIfError)
	shared := p.SharedMaxAge
	if shared <= 0 {
		shared = p.MaxAge
	}
	e.CacheControl = "public, max-age=" + seconds(max(p.MaxAge, 0)) + directive("s-maxage", shared) + stale
	if p.Immutable {
		e.CacheControl += ", immutable"
	}
	e.SurrogateControl = "max-age=" + seconds(shared) + stale
}

func directive(name string, d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return ", " + name + "=" + seconds(d)
}

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// coarsen makes tags fit into a header by naming lists in place of their rows,
// the most numerous kind first. It tells whether that was enough.
func coarsen(tags []string, limit int) ([]string, bool) {
	for size(tags) > limit {
		kind := mostCommon(tags)
		if kind == "" {
			return nil, false
		}
		tags = replaceKind(tags, kind)
	}
	return tags, true
}

func size(tags []string) (n int) {
	for _, tag := range tags {
		n += len(tag) + 1
	}
	return n
}

// mostCommon is the prefix with a list that the most tags have.
func mostCommon(tags []string) (best string) {
	counts := make(map[string]int, len(lists))
	for _, tag := range tags {
		if kind := kindOf(tag); kind != "" {
			counts[kind]++
			if n := counts[kind]; n > counts[best] || n == counts[best] && kind < best {
				best = kind
			}
		}
	}
	return best
}

// kindOf is the prefix of an id whose rows have a list tag, else empty.
func kindOf(tag string) string {
	kind, _, isID := strings.Cut(tag, "_")
	if _, listed := lists[kind]; !isID || !listed {
		return ""
	}
	return kind
}

func replaceKind(tags []string, kind string) []string {
	list := lists[kind]
	out := make([]string, 0, len(tags))
	for _, tag := range tags {
		if tag != list && kindOf(tag) != kind {
			out = append(out, tag)
		}
	}
	return append(out, list)
}
