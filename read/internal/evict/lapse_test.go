package evict

import (
	"testing"
	"time"
)

// TestAClockLapses: a process that was stopped goes on answering before whoever follows
// has noticed that nothing was heard for long.
func TestAClockLapses(t *testing.T) {
	c := playChanges(t)
	c.sub.begin(100)
	c.alive(c.sub.era, 1, time.Now())
	if !c.clock.Valid(100, nil) || c.clock.Suspect() || c.Mode() != Bus {
		t.Fatal("not believed after a sign of life")
	}
	later := time.Now().Add(c.cfg.Silence).UnixMilli()
	if c.clock.ValidAt(later, 100, nil) {
		t.Fatal("believed for longer than nothing may be heard")
	}
	c.alive(c.sub.era, 1, time.Now().Add(-c.cfg.Silence))
	if c.clock.Valid(100, nil) || !c.clock.Suspect() || c.Mode() != Blind || c.clock.Judge(100, nil) != Unknown {
		t.Fatal("believed on the word of a sign of life that was long ago")
	}
}

// TestALateLineIsNoSignOfLife: heartbeats come, all of them, and every one of them long
// after it was sent.
func TestALateLineIsNoSignOfLife(t *testing.T) {
	w := newWorld(t, 0)
	w.opts.ReadTimeout = silence / 4 // as a cache's client has it
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	w.line.Slow(silence / 2)
	eventually(t, "a line that is late makes suspect", f.clock.Suspect)
	w.line.Slow(0)
	w.onBus(f)
}

// TestWhatIsStillOnTheWayIsReplayed: the channel has fallen behind, and the heartbeat
// that it brings is an old one.
func TestWhatIsStillOnTheWayIsReplayed(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp := f.clock.Applied()
	w.lose(true, "work_1") // in the log, and nothing on the channel but heartbeats
	eventually(t, "what the channel has not brought is replayed", func() bool {
		return !f.clock.Suspect() && !f.clock.Valid(stamp, slotsOf("work_1"))
	})
}
