package plan

import (
	"slices"
	"sync/atomic"
)

// shape is a statement's text with all that it takes to use it again: what was
// decided while writing it, what is to be checked, and its parameters.
type shape struct {
	sql       string
	decisions []decision
	checks    []func(*writer)
	params    []parameter
}

// parameter gives the value of a parameter for a request.
type parameter func(*writer) any

// decision is something the text depends on, and how it was decided.
type decision struct {
	get  func(Vars) int
	want int
}

// fits tells whether a request decides as the text was written.
func (s *shape) fits(vars Vars) bool {
	for i := range s.decisions {
		if s.decisions[i].get(vars) != s.decisions[i].want {
			return false
		}
	}
	return true
}

// values checks the request's arguments and evaluates the parameters.
func (s *shape) values(w *writer) []any {
	for _, check := range s.checks {
		check(w)
	}
	args := make([]any, len(s.params))
	for i, get := range s.params {
		args[i] = get(w)
	}
	return args
}

// maxShapes bounds how many texts a plan keeps. A site uses few of those that are
// possible; one beyond them is written anew each time.
const maxShapes = 16

// shapes are the texts of a plan that were written so far. Reading takes no lock.
type shapes struct {
	list atomic.Pointer[[]*shape]
}

func (s *shapes) find(vars Vars) *shape {
	if list := s.list.Load(); list != nil {
		for _, known := range *list {
			if known.fits(vars) {
				return known
			}
		}
	}
	return nil
}

func (s *shapes) add(written *shape) {
	for {
		old := s.list.Load()
		var list []*shape
		if old != nil {
			list = *old
		}
		if len(list) >= maxShapes {
			return
		}
		grown := slices.Concat(list, []*shape{written})
		if s.list.CompareAndSwap(old, &grown) {
			return
		}
	}
}
