package plan

import (
	"slices"
	"strings"

	"github.com/tercul/tercul/read/internal/catalog"
)

// What a filter says of the places in an order at which its rows lie.

type lane struct {
	*catalog.Lane
	column template
}

func compileLane(l *catalog.Lane) (*lane, error) {
	if l == nil {
		return nil, nil
	}
	column, err := parseTemplate(l.SQL)
	return &lane{l, column}, err
}

// laneText is the condition of the lane of an order, where the filter asks for one
// language.
func (n *filterNode) laneText(w *writer, rows *site, sort string) string {
	switch {
	case n == nil || n.lane == nil || !slices.Contains(n.lane.Sorts, sort):
		return ""
	case w.sample && !n.arg.fixed:
		if !w.full {
			return ""
		}
	case n.language(w.vars) == "":
		return ""
	}
	return w.write(n.lane.column, rows) + " = " + w.bind("text", func(w *writer) any { return n.language(w.vars) })
}

// language is the base of the languages that the filter asks for on its outermost
// level, if it is the same of all: a work in it may be in any of its scripts.
func (n *filterNode) language(vars Vars) string {
	tags, _ := n.asked(vars)[n.lane.Field].([]any)
	base := ""
	for _, tag := range tags {
		text, _ := tag.(string)
		got, _, _ := strings.Cut(text, "-")
		if base != "" && got != base {
			return ""
		}
		base = got
	}
	return base
}

type start struct {
	*catalog.Start
	at, before template
}

func compileStart(s *catalog.Start) (*start, error) {
	if s == nil {
		return nil, nil
	}
	at, err := parseTemplate(s.SQL)
	if err != nil {
		return nil, err
	}
	before, err := parseTemplate(s.Before)
	return &start{s, at, before}, err
}

// startText is the condition of what lies at the filter's start in an order, and
// of what else matches before it; both empty where there is no start.
func (n *filterNode) startText(w *writer, rows *site, sort string) (at, before string) {
	if n == nil || n.start == nil || n.start.Sort != sort {
		return "", ""
	}
	asked := argument{get: absent}
	if !w.sample || n.arg.fixed {
		bounds, _ := n.asked(w.vars)[n.start.Field].(map[string]any)
		if bounds[n.start.Part] == nil {
			return "", ""
		}
		asked = argument{get: constant(bounds), path: n.arg.path + "." + n.start.Field, fixed: true}
	} else if !w.full {
		return "", ""
	}
	at = w.leaf(rows, n.start.at, asked)
	if len(n.start.before) > 0 {
		before = w.leaf(rows, n.start.before, asked)
	}
	return at, before
}
