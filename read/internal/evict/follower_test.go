package evict

import (
	"context"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/invalidate"
)

func TestBusInvalidates(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	stamp, work := f.clock.Applied(), slotsOf("work_1")
	if !f.clock.Valid(stamp, work) {
		t.Fatal("invalid before anything happened")
	}
	r := w.publish("work_1", "list:work")
	eventually(t, "the message is applied", applied(f, r.Seq))
	if f.clock.Valid(stamp, work) || !f.clock.Valid(stamp, slotsOf("prsn_1")) || !f.clock.Valid(r.Seq, work) {
		t.Fatal("not what the message said")
	}
	if f.clock.Applied() != r.Seq || !f.clock.Covers(r.Seq) {
		t.Fatalf("applied %d, published %d", f.clock.Applied(), r.Seq)
	}
}

// What is announced is heard once the clock has it, and a hole is heard as
// everything.
func TestAnnouncementsAreHeard(t *testing.T) {
	w := newWorld(t, 1)
	w.beat()
	heard := make(chan string, 1000)
	w.heard = func(tags []string) {
		for _, tag := range tags {
			heard <- tag
		}
	}
	until := func(want string) {
		t.Helper()
		eventually(t, want+" is heard", func() bool {
			select {
			case tag := <-heard:
				return tag == want
			default:
				return false
			}
		})
	}
	f := w.follow(nil, true)
	until(invalidate.Everything)
	w.onBus(f)
	r := w.publish("api")
	until("api")
	if !applied(f, r.Seq)() {
		t.Fatal("heard before the clock had it")
	}
	w.lose(false, "work_1")
	until(invalidate.Everything)
}

func TestReaderStartsOnAnOldLog(t *testing.T) {
	w := newWorld(t, 0)
	first := w.publish("work_1")
	for range 1200 {
		w.publish("work_2")
	}
	last := w.publish("work_3")
	w.beat()
	f := w.follow(nil, true)
	eventually(t, "the log is replayed", applied(f, last.Seq))
	if !f.clock.Valid(first.Seq, slotsOf("work_1")) || f.clock.Valid(first.Seq, slotsOf("work_2")) || f.clock.Floor() != first.Epoch {
		t.Fatal("not what the log said")
	}
}

func TestReaderStartsOnATrimmedLog(t *testing.T) {
	w := newWorld(t, 10)
	first := w.publish("work_1")
	var last invalidate.Receipt
	for range 500 {
		last = w.publish("work_2")
	}
	w.beat()
	f := w.follow(nil, true)
	eventually(t, "the log is replayed", applied(f, last.Seq))
	if f.clock.Valid(first.Seq, slotsOf("work_1")) || f.clock.Floor() <= first.Seq {
		t.Fatal("an answer from before the log is believed")
	}
}

func TestRunStops(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	client := redis.NewClient(w.opts)
	defer client.Close()
	f, err := New(Config{Redis: client, Space: w.space, Silence: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	<-f.Contact()
	if f.Mode() != Bus {
		t.Fatalf("contact with the %v", f.Mode())
	}
	cancel()
	select {
	case err := <-done:
		if err != nil || !f.clock.Suspect() {
			t.Fatalf("%v, suspect %v", err, f.clock.Suspect())
		}
	case <-time.After(patient):
		t.Fatal("it does not stop")
	}
}

func TestNothingToFollow(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Fatal("a follower of nothing")
	}
}
