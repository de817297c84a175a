package evict

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func counted(c prometheus.Collector) float64 { return testutil.ToFloat64(c) }

func TestMetrics(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	w := newWorld(t, 0)
	f, err := New(Config{Redis: w.redis, Space: w.space, Metrics: reg})
	if err != nil {
		t.Fatal(err)
	}
	f.clock.DropAll(7)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		got[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
	}
	if len(got) != 17 || got["tercul_clock_applied"] != 7 || got["tercul_clock_floor"] != 7 || got["tercul_clock_suspect"] != 1 {
		t.Fatalf("%d: %v", len(got), got)
	}
}
