package evict

import (
	"testing"

	"github.com/tercul/tercul/shared/invalidate"
)

func TestLostMessageIsReplayed(t *testing.T) {
	for name, notice := range map[string]func(*world){
		"by the next message":   func(w *world) { w.publish("prsn_1"); w.silent.Store(false) },
		"by the next heartbeat": func(w *world) { w.silent.Store(false) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 0)
			w.beat()
			f := w.follow(nil, true)
			w.onBus(f)
			w.silent.Store(true)
			r := w.publish("other")
			eventually(t, "the message is applied", applied(f, r.Seq))
			floor := f.clock.Floor()
			w.lose(true, "work_1")
			notice(w)
			eventually(t, "the lost message is applied", applied(f, r.Seq+1))
			if f.clock.Valid(r.Seq, slotsOf("work_1")) || !f.clock.Valid(r.Seq, slotsOf("work_2")) {
				t.Fatal("not what the log said")
			}
			if f.clock.Floor() != floor {
				t.Fatal("the floor was raised although the log had everything")
			}
		})
	}
}

func TestTrimmedLogRaisesTheFloor(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	before := w.publish("other")
	eventually(t, "the message is applied", applied(f, before.Seq))
	w.lose(false, "work_1")
	after := w.publish("prsn_1")
	eventually(t, "the message is applied", applied(f, after.Seq))
	if f.clock.Valid(before.Seq, slotsOf("anything")) {
		t.Fatal("an answer from before the hole is believed")
	}
	if !f.clock.Valid(after.Seq, slotsOf("work_1")) {
		t.Fatal("an answer from after it is not")
	}
}

func TestUnreadableMessageIsALostOne(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	before := w.publish("other")
	eventually(t, "the message is applied", applied(f, before.Seq))
	w.lose(true, "work_1")
	w.redis.Publish(t.Context(), w.space.Channel(), "2|from|the|future")
	eventually(t, "the lost message is applied", applied(f, before.Seq+1))
	if f.clock.Valid(before.Seq, slotsOf("work_1")) {
		t.Fatal("not what the log said")
	}
}

func TestDoubledAndLateMessagesAreHarmless(t *testing.T) {
	w := newWorld(t, 0)
	w.beat()
	f := w.follow(nil, true)
	w.onBus(f)
	first := w.publish("work_1")
	last := w.publish("work_2")
	eventually(t, "the messages are applied", applied(f, last.Seq))
	for _, m := range []invalidate.Message{
		{Kind: invalidate.Invalidation, Epoch: first.Epoch, Seq: first.Seq, Tags: []string{"work_1"}},
		{Kind: invalidate.Heartbeat, Epoch: first.Epoch, Seq: first.Seq, XID: 9},
	} {
		w.redis.Publish(t.Context(), w.space.Channel(), string(m.Append(nil)))
	}
	next := w.publish("work_3")
	eventually(t, "the next message is applied", applied(f, next.Seq))
	if !f.clock.Valid(last.Seq, slotsOf("work_1", "work_2")) {
		t.Fatal("an old message counted again")
	}
}
