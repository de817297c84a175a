package traffic

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/tercul/tercul/loadtest/history"
)

// Watch samples what services use, to tell whether it grows for ever.
type Watch struct {
	Bases map[string]string // address by name

	mu     sync.Mutex
	series map[[2]string][]float64
}

// quantities are what is watched, with how much it may rise by chance.
var quantities = []struct {
	metric, what string
	slack        float64
}{
	{"process_resident_memory_bytes", "memory", 16 << 20},
	{"go_goroutines", "goroutines", 40},
	{"process_open_fds", "open files", 40},
}

const watchEvery = 2 * time.Second

// Run samples until the context ends.
func (w *Watch) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(watchEvery):
		}
		for name, base := range w.Bases {
			limited, cancel := context.WithTimeout(ctx, watchEvery)
			found, err := metrics(limited, base)
			cancel()
			if err == nil {
				w.note(name, found)
			}
		}
	}
}

func (w *Watch) note(name string, found map[string]float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.series == nil {
		w.series = map[[2]string][]float64{}
	}
	for _, q := range quantities {
		key := [2]string{name, q.what}
		w.series[key] = append(w.series[key], found[q.metric])
	}
}

// Trends compares the last quarter with the one before: what grows for ever goes on
// growing when everything has warmed up.
func (w *Watch) Trends() (trends []history.Trend) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for name := range w.Bases {
		for _, q := range quantities {
			series := w.series[[2]string{name, q.what}]
			third, fourth := least(series[len(series)/2:len(series)*3/4]), least(series[len(series)*3/4:])
			trends = append(trends, history.Trend{Process: name, What: q.what, First: third, Last: fourth, Flat: fourth <= third*1.1+q.slack})
		}
	}
	return trends
}

// least is what is used when little is asked: a tenth of the samples are below it. A
// crowd of ten thousand raises the mean of a quarter and leaves this alone; what is
// never given back raises it.
func least(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/10]
}
