package evict

import (
	"testing"
)

func TestSilenceIsSuspect(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	w.silent.Store(true)
	eventually(t, "silence makes suspect", f.clock.Suspect)
	sessions := counted(f.m.sessions)
	eventually(t, "it has subscribed again", func() bool { return counted(f.m.sessions) > sessions+1 })
	if !f.clock.Suspect() {
		t.Fatal("a subscription alone was taken for a sign of life")
	}
	w.silent.Store(false)
	w.onBus(f)
}

func TestHalfOpenConnection(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp := f.clock.Applied()
	w.line.Swallow()
	r := w.publish("work_1")
	eventually(t, "swallowed bytes make suspect", f.clock.Suspect)
	if f.clock.Valid(stamp, nil) {
		t.Fatal("believed while suspect")
	}
	w.line.Heal()
	eventually(t, "what was swallowed is replayed", applied(f, r.Seq))
	if f.clock.Valid(stamp, slotsOf("work_1")) || !f.clock.Valid(stamp, slotsOf("work_2")) {
		t.Fatal("not what the log said")
	}
}

func TestCutConnectionIsNoticedAtOnce(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp := f.clock.Applied()
	w.line.Cut()
	eventually(t, "a cut makes suspect", f.clock.Suspect)
	r := w.publish("work_1")
	w.line.Heal()
	eventually(t, "what was missed is replayed", applied(f, r.Seq))
	if f.clock.Valid(stamp, slotsOf("work_1")) || !f.clock.Valid(stamp, slotsOf("work_2")) {
		t.Fatal("not what the log said")
	}
}
