package traffic

import (
	"context"
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
			third, fourth := mean(series[len(series)/2:len(series)*3/4]), mean(series[len(series)*3/4:])
			trends = append(trends, history.Trend{Process: name, What: q.what, First: third, Last: fourth, Flat: fourth <= third*1.1+q.slack})
		}
	}
	return trends
}

func mean(list []float64) (sum float64) {
	for _, v := range list {
		sum += v
	}
	return sum / float64(max(len(list), 1))
}
