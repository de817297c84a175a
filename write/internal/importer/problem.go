package importer

import (
	"fmt"
	"strings"
	"sync"
)

// Problem is one fault of one record. A rejected record did not go in; any
// other problem is a remark on a record that did.
type Problem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	ID       string `json:"id,omitempty"`
	Field    string `json:"field,omitempty"`
	Reason   string `json:"reason"`
	Rejected bool   `json:"rejected"`
}

func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d: ", p.File, p.Line)
	if p.ID != "" {
		fmt.Fprintf(&b, "%q: ", p.ID)
	}
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Reason)
	return b.String()
}

// position is where a record stands.
type position struct {
	file string
	line int
	id   string
}

func (p position) problem(field, reason string, rejected bool) Problem {
	return Problem{File: p.file, Line: p.line, ID: p.id, Field: field, Reason: reason, Rejected: rejected}
}

// keptProblems bounds what ops.import_runs remembers of one run; every problem
// is reported as it is found.
const keptProblems = 1000

// collector counts problems and passes them on. The reading and the writing
// side of a stage both use it.
type collector struct {
	mu       sync.Mutex
	report   func(Problem)
	kept     []Problem
	rejected map[position]bool
	remarks  int
}

func newCollector(report func(Problem)) *collector {
	if report == nil {
		report = func(Problem) {}
	}
	return &collector{report: report, rejected: map[position]bool{}}
}

func (c *collector) add(problems ...Problem) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range problems {
		if p.Rejected {
			c.rejected[position{file: p.File, line: p.Line}] = true
		} else {
			c.remarks++
		}
		if len(c.kept) < keptProblems {
			c.kept = append(c.kept, p)
		}
		c.report(p)
	}
}

func (c *collector) counts() (rejected, remarks int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.rejected), c.remarks
}

func (c *collector) snapshot() []Problem {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Problem{}, c.kept...)
}
