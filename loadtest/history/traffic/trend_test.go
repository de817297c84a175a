package traffic

import "testing"

// TestWhatGrowsIsTold: a leak is, however slow, and crowds are not.
func TestWhatGrowsIsTold(t *testing.T) {
	for name, test := range map[string]struct {
		at   func(i int) float64
		flat bool
	}{
		"steady":                {func(int) float64 { return 60 }, true},
		"warming up":            {func(i int) float64 { return min(float64(i), 60) }, true},
		"a leak":                {func(i int) float64 { return 60 + float64(i) }, false},
		"crowds at the end":     {func(i int) float64 { return 60 + map[bool]float64{true: 10_000}[i > 300 && i%7 == 0] }, true},
		"a leak beneath crowds": {func(i int) float64 { return 60 + float64(i) + map[bool]float64{true: 10_000}[i%7 == 0] }, false},
		"crowds that stay":      {func(i int) float64 { return 60 + map[bool]float64{true: 10_000}[i > 290] }, false},
	} {
		w := &Watch{Bases: map[string]string{"reader": ""}}
		for i := range 400 {
			w.note("reader", map[string]float64{"go_goroutines": test.at(i)})
		}
		for _, trend := range w.Trends() {
			if want := trend.What != "goroutines" || test.flat; trend.Flat != want {
				t.Errorf("%s: %+v", name, trend)
			}
		}
	}
}
