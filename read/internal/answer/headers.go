package answer

import (
	"strconv"
	"strings"
	"time"

	"github.com/tercul/tercul/shared/invalidate"
)

// maxTagHeader is what the strictest of the usual CDNs takes of a tag header.
const maxTagHeader = 16 << 10

// setHeaders renders the values that every hit sends.
func (e *Entry) setHeaders(p Policy) {
	keys := invalidate.EdgeKeys(e.Tags)
	tags, ok := coarsen(e.Tags, maxTagHeader-size(keys))
	if !ok {
		// No purge could reach it: nobody outside may keep it.
		e.CacheControl, e.SurrogateControl = "no-store", "no-store"
		return
	}
	keys = append(keys, tags...)
	e.SurrogateKey, e.CacheTag = strings.Join(keys, " "), strings.Join(keys, ",")
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

// coarsen makes tags fit into a header by naming kinds in place of subjects, the
// most numerous kind first: every change that announces a subject's tag announces
// its kind's too. It tells whether that was enough.
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

// mostCommon is the kind that the most tags are of.
func mostCommon(tags []string) (best string) {
	counts := map[string]int{}
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

// kindOf is the tag of all tags like this one: kind:work for work_…, kind:text
// for text:expr_…; empty for tags that name no subject.
func kindOf(tag string) string {
	kind := invalidate.SubjectKind(tag)
	if kind == "" {
		return ""
	}
	return "kind:" + kind
}

func replaceKind(tags []string, kind string) []string {
	out := make([]string, 0, len(tags))
	for _, tag := range tags {
		if kindOf(tag) != kind {
			out = append(out, tag)
		}
	}
	return append(out, kind)
}
