package rig

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"time"
)

// Stalls measures how long the processes of the rig, and this one, have waited for
// a processor although they had work: of each process, what the kernel tells of that
// of its threads that waited the longest. On a quiet machine that is next to nothing.
type Stalls struct {
	groups [][]func() []int // of processes: those all depend on, then each reader's

	mu      sync.Mutex
	samples []sample
}

type sample struct {
	at      time.Time
	waited  []time.Duration // cumulated, by group
	overdue time.Duration   // of this process, cumulated
}

const (
	sampleEvery = 50 * time.Millisecond
	sampleWaits = 60
	mostSamples = 4096
)

// NewStalls measures a rig's processes.
func NewStalls(r *Rig) *Stalls {
	own := func() []int { return []int{os.Getpid()} }
	s := &Stalls{groups: [][]func() []int{{own, alone(r.Writer), r.Redis.PIDs}}}
	for _, reader := range r.Readers {
		s.groups = append(s.groups, []func() []int{alone(reader.Process)})
	}
	return s
}

// alone is a process that starts no others.
func alone(p *Process) func() []int {
	return func() []int {
		if pid := p.Running(); pid != 0 {
			return []int{pid}
		}
		return nil
	}
}

// Run measures until the context ends.
func (s *Stalls) Run(ctx context.Context) {
	last := map[string]time.Duration{}
	current := sample{at: time.Now(), waited: make([]time.Duration, len(s.groups))}
	ticker := time.NewTicker(sampleEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		next := sample{at: time.Now(), waited: make([]time.Duration, len(s.groups)), overdue: current.overdue}
		next.overdue += max(0, next.at.Sub(current.at)-2*sampleEvery)
		seen := map[string]time.Duration{}
		for i, group := range s.groups {
			next.waited[i] = current.waited[i]
			for _, pids := range group {
				next.waited[i] += waitedSince(last, seen, pids())
			}
		}
		last, current = seen, next
		s.add(next)
	}
}

func (s *Stalls) add(next sample) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.samples = append(s.samples, next); len(s.samples) > mostSamples {
		s.samples = append(s.samples[:0], s.samples[len(s.samples)-mostSamples/2:]...)
	}
}

// waitedSince is what processes have waited since the last time, one after the other,
// each as long as the thread of it that waited the longest.
func waitedSince(last, seen map[string]time.Duration, pids []int) (sum time.Duration) {
	for _, pid := range pids {
		longest := time.Duration(0)
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
		for _, name := range files {
			text, err := os.ReadFile(name) //nolint:gosec // of the kernel
			if err != nil {
				continue
			}
			fields := bytes.Fields(text)
			if len(fields) < 2 {
				continue
			}
			waited, err := strconv.ParseInt(string(fields[1]), 10, 64)
			if err != nil {
				continue
			}
			seen[name] = time.Duration(waited)
			if before, known := last[name]; known {
				longest = max(longest, time.Duration(waited)-before)
			}
		}
		sum += longest
	}
	return sum
}

// Between is how long the way to a reader may have stood still between two moments. It
// waits until both have been measured.
func (s *Stalls) Between(reader int, since, until time.Time) time.Duration {
	for range sampleWaits {
		if s.measured().After(until) {
			break
		}
		time.Sleep(sampleEvery)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) == 0 {
		return 0
	}
	first, last := s.index(since.Add(-sampleEvery)), s.index(until.Add(sampleEvery))
	from, to := s.samples[max(first-1, 0)], s.samples[min(last, len(s.samples)-1)]
	sum := to.overdue - from.overdue + to.waited[0] - from.waited[0]
	if group := reader + 1; group > 0 && group < len(to.waited) {
		sum += to.waited[group] - from.waited[group]
	}
	return sum
}

// measured is until when there are samples.
func (s *Stalls) measured() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.samples) == 0 {
		return time.Time{}
	}
	return s.samples[len(s.samples)-1].at
}

func (s *Stalls) index(at time.Time) int {
	return sort.Search(len(s.samples), func(i int) bool { return !s.samples[i].at.Before(at) })
}
