package invalidate

import (
	"slices"
	"strings"
)

// EdgeEverything is the surrogate key that every answer bears, so that an edge can be
// told to forget all of them and nothing else that it holds.
const EdgeEverything = "all"

// SubjectKind is the kind of subject that a tag names: work for work_…, text for
// text:expr_…; empty for a tag that names no subject. Every change that announces
// such a tag announces kind:work with it (ops.announce).
func SubjectKind(tag string) string {
	head, rest, ok := strings.Cut(tag, ":")
	if !ok {
		rest = tag
	}
	prefix, _, subject := strings.Cut(rest, "_")
	switch {
	case !subject:
		return ""
	case ok:
		return head
	}
	return prefix
}

// EdgeKind is the surrogate key of all answers that bear a tag of the kind. Unlike the
// tag kind:work, which stands for subjects that did not fit into a header and is touched
// by every change of a work, nothing announces it: a purger falls back to it when single
// tags are too many for what an edge allows.
func EdgeKind(kind string) string { return EdgeEverything + ":" + kind }

// EdgeKeys are the keys that an answer with these tags bears besides them.
func EdgeKeys(tags []string) []string {
	keys := []string{EdgeEverything}
	for _, tag := range tags {
		if kind := SubjectKind(tag); kind != "" {
			keys = append(keys, EdgeKind(kind))
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
