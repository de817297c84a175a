package invalidate_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/cachekey"
	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pgtest"
)

type fixture struct {
	client *redis.Client
	space  cachekey.Space
	bus    *invalidate.Bus
	pub    *invalidate.Publisher
}

// start gives the test a bus of its own; channels are shared by all databases of
// a server, so the space must be the test's own too.
func start(t *testing.T, length int) fixture {
	t.Helper()
	client := pgtest.Redis(t)
	space := cachekey.Space(fmt.Sprintf("%s-%d", t.Name(), time.Now().UnixNano()))
	return fixture{
		client: client, space: space, bus: invalidate.NewBus(client, space),
		pub: invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: space, LogLength: length}),
	}
}

func (f fixture) publish(t *testing.T, tags ...string) invalidate.Receipt {
	t.Helper()
	r, err := f.pub.Publish(t.Context(), []invalidate.Row{{ID: 1, XID: 2, Tags: tags}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f fixture) log(t *testing.T, after uint64) (all []invalidate.Message) {
	t.Helper()
	err := f.bus.Replay(t.Context(), after, func(m invalidate.Message) bool { all = append(all, m); return true })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPublishWritesEverythingAtOnce(t *testing.T) {
	f := start(t, 0)
	sub := f.bus.Subscribe(t.Context())
	defer sub.Close()
	if _, err := sub.ReceiveTimeout(t.Context(), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	r, err := f.pub.Publish(t.Context(), []invalidate.Row{
		{ID: 10, XID: 700, Tags: []string{"work_1", "list:work"}},
		{ID: 9, XID: 701, Tags: []string{"list:work"}},
	})
	if err != nil || r.Published != 2 || !r.NewEpoch || r.Seq != r.Epoch+2 {
		t.Fatalf("receipt %+v, %v", r, err)
	}
	want := []invalidate.Message{
		{Kind: 'i', Epoch: r.Epoch, Seq: r.Epoch + 1, Outbox: 10, XID: 700, Tags: []string{"work_1", "list:work"}},
		{Kind: 'i', Epoch: r.Epoch, Seq: r.Epoch + 2, Outbox: 9, XID: 701, Tags: []string{"list:work"}},
	}
	if got := f.log(t, 0); !reflect.DeepEqual(got, want) {
		t.Errorf("log %+v, want %+v", got, want)
	}
	for _, m := range want {
		got, err := sub.ReceiveTimeout(t.Context(), 5*time.Second)
		if msg, ok := got.(*redis.Message); err != nil || !ok || msg.Payload != string(m.Append(nil)) {
			t.Errorf("announced %v, %v, want %s", got, err, m.Append(nil))
		}
	}
	for tag, version := range map[string]uint64{"work_1": 1, "list:work": 2, "work_2": 0} {
		want := invalidate.Version{Since: r.Epoch}
		if version > 0 {
			want.Touched = r.Epoch + version
		}
		if got, err := f.bus.Version(t.Context(), []string{tag}); err != nil || got != want {
			t.Errorf("version of %s is %+v, %v, want %+v", tag, got, err, want)
		}
	}
	s, err := f.bus.State(t.Context())
	if err != nil || s.Epoch != r.Epoch || s.Seq != r.Seq || s.Age < 24*time.Hour {
		t.Errorf("state %+v, %v: rows are no sign of life", s, err)
	}
}

func TestHeartbeatCarriesSequenceAndFence(t *testing.T) {
	f := start(t, 0)
	before := f.publish(t, "work_1")
	r, err := f.pub.Heartbeat(t.Context(), 812)
	if err != nil || r.Seq != before.Seq || r.NewEpoch {
		t.Fatalf("receipt %+v, %v", r, err)
	}
	s, err := f.bus.State(t.Context())
	if err != nil || s.Fence != 812 || s.Seq != before.Seq {
		t.Fatalf("state %+v, %v", s, err)
	}
	if n := len(f.log(t, 0)); n != 1 {
		t.Fatalf("%d messages in the log: a heartbeat must not crowd it", n)
	}
}

func TestWideRowsBecomeEverything(t *testing.T) {
	f := start(t, 0)
	many := make([]string, 2001)
	for i := range many {
		many[i] = fmt.Sprintf("work_%d", i)
	}
	r, err := f.pub.Publish(t.Context(), []invalidate.Row{
		{ID: 1, Tags: many[:2000]}, {ID: 2, Tags: many}, {ID: 3, Tags: []string{"ok", "not ok"}},
	})
	if err != nil || r.Published != 3 || r.Widened != 2 {
		t.Fatalf("receipt %+v, %v", r, err)
	}
	got := f.log(t, 0)
	if len(got) != 3 || len(got[0].Tags) != 2000 || got[1].Tags[0] != "*" || got[2].Tags[0] != "*" {
		t.Fatalf("log of %d messages", len(got))
	}
	if v, err := f.bus.Version(t.Context(), []string{"work_1999"}); err != nil || v.Touched != r.Seq {
		t.Fatalf("version %+v, %v: everything counts for every tag", v, err)
	}
}

func TestLargeBatchesStayConsecutive(t *testing.T) {
	f := start(t, 0)
	rows := make([]invalidate.Row, 250)
	for i := range rows {
		rows[i] = invalidate.Row{ID: int64(i), XID: uint64(i), Tags: []string{"work_1"}}
	}
	if _, err := f.pub.Publish(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	for i, m := range f.log(t, 0) {
		if m.Seq != m.Epoch+uint64(i)+1 || m.Outbox != int64(i) {
			t.Fatalf("message %d is %+v", i, m)
		}
	}
}

func TestLogIsCapped(t *testing.T) {
	f := start(t, 100)
	rows := make([]invalidate.Row, 1500)
	for i := range rows {
		rows[i].Tags = []string{"a"}
	}
	r, err := f.pub.Publish(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	got := f.log(t, 0)
	if len(got) >= 500 || got[len(got)-1].Seq != r.Seq {
		t.Fatalf("%d messages, the last %d of %d", len(got), got[len(got)-1].Seq, r.Seq)
	}
}

// TestEpochEnds goes through every way in which the bus can lose what it said.
func TestEpochEnds(t *testing.T) {
	for name, lose := range map[string]func(context.Context, fixture) error{
		"another server": func(ctx context.Context, f fixture) error {
			return f.client.HSet(ctx, f.space.State(), "run", strings.Repeat("0", 40)).Err()
		},
		"emptied":         func(ctx context.Context, f fixture) error { return f.client.FlushDB(ctx).Err() },
		"state gone":      func(ctx context.Context, f fixture) error { return f.client.Del(ctx, f.space.State()).Err() },
		"versions gone":   func(ctx context.Context, f fixture) error { return f.client.Del(ctx, f.space.Tags()).Err() },
		"sequence ahead":  ahead,
		"sequence erased": func(ctx context.Context, f fixture) error { return f.client.HDel(ctx, f.space.State(), "seq").Err() },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, 0)
			old := f.publish(t, "work_1")
			if err := lose(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			if v, err := f.bus.Version(t.Context(), []string{"work_1"}); !errors.Is(err, invalidate.ErrNoBus) && name != "sequence erased" {
				t.Errorf("versions are believed: %+v, %v", v, err)
			}
			r := f.publish(t, "work_2")
			if !r.NewEpoch || r.Epoch <= old.Seq || r.Seq != r.Epoch+1 {
				t.Fatalf("after %+v came %+v", old, r)
			}
			if got := f.log(t, 0); len(got) != 1 || got[0].Seq != r.Seq {
				t.Errorf("the old log is still there: %+v", got)
			}
			if v, err := f.bus.Version(t.Context(), []string{"work_1"}); err != nil || v != (invalidate.Version{Since: r.Epoch}) {
				t.Errorf("old versions are still there: %+v, %v", v, err)
			}
		})
	}
}

// ahead moves the sequence beyond the server's clock and ends the epoch: the next
// one must still begin above it.
func ahead(ctx context.Context, f fixture) error {
	far := time.Now().Add(time.Hour).UnixMicro()
	return f.client.HSet(ctx, f.space.State(), "seq", far, "run", "x").Err()
}

func TestStateOfNoBus(t *testing.T) {
	f := start(t, 0)
	if _, err := f.bus.State(t.Context()); !errors.Is(err, invalidate.ErrNoBus) {
		t.Fatalf("before anything: %v", err)
	}
	f.publish(t, "a")
	f.client.HSet(t.Context(), f.space.State(), "run", "x")
	if _, err := f.bus.State(t.Context()); !errors.Is(err, invalidate.ErrNoBus) {
		t.Fatalf("after a restart: %v", err)
	}
}

// TestAClockThatWasSetBack: a heartbeat from later than now is no sign of life, or a
// relay that died then would seem alive until the clock is there again.
func TestAClockThatWasSetBack(t *testing.T) {
	f := start(t, 0)
	age := func() time.Duration {
		t.Helper()
		if _, err := f.pub.Heartbeat(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		s, err := f.bus.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.Age
	}
	if got := age(); got > time.Hour {
		t.Fatalf("a heartbeat just now is %v old", got)
	}
	f.client.HSet(t.Context(), f.space.State(), "beat", time.Now().Add(time.Hour).UnixMicro())
	if s, err := f.bus.State(t.Context()); err != nil || s.Age < 24*time.Hour {
		t.Fatalf("a heartbeat from later than now: %+v, %v", s, err)
	}
	if got := age(); got > time.Hour {
		t.Fatalf("the next one is %v old", got)
	}
}

func TestReplayAfter(t *testing.T) {
	f := start(t, 0)
	first := f.publish(t, "a")
	f.publish(t, "b")
	if got := f.log(t, first.Seq); len(got) != 1 || got[0].Tags[0] != "b" {
		t.Fatalf("replayed %+v", got)
	}
	f.client.XAdd(t.Context(), &redis.XAddArgs{Stream: f.space.Log(), ID: fmt.Sprintf("%d-0", first.Seq+9), Values: []string{"m", "?"}})
	if err := f.bus.Replay(t.Context(), 0, func(invalidate.Message) bool { return true }); err == nil {
		t.Fatal("a malformed message passed")
	}
}

// TestSequenceIsNeverUsedTwice breaks the script half way: what it had announced
// by then keeps its number.
func TestSequenceIsNeverUsedTwice(t *testing.T) {
	f := start(t, 0)
	before := f.publish(t, "a")
	f.client.Del(t.Context(), f.space.Log())
	f.client.Set(t.Context(), f.space.Log(), "not a stream", 0)
	r, err := f.pub.Publish(t.Context(), []invalidate.Row{{ID: 1, Tags: []string{"b"}}, {ID: 2, Tags: []string{"c"}}})
	if err == nil || r.Published != 0 {
		t.Fatalf("published %+v, %v", r, err)
	}
	f.client.Del(t.Context(), f.space.Log())
	if after := f.publish(t, "d"); after.Epoch != before.Epoch || after.Seq != before.Seq+3 {
		t.Fatalf("after %+v came %+v", before, after)
	}
}

func BenchmarkPublish(b *testing.B) {
	client := pgtest.Redis(b)
	pub := invalidate.NewPublisher(invalidate.PublisherConfig{Redis: client, Space: "bench"})
	rows := []invalidate.Row{{ID: 1, XID: 2, Tags: []string{"work_1", "list:work", "prsn_1"}}}
	for b.Loop() {
		if _, err := pub.Publish(b.Context(), rows); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatAVersionVouchesFor(t *testing.T) {
	for _, c := range []struct {
		version invalidate.Version
		asOf    uint64
		want    bool
	}{
		{invalidate.Version{Touched: 0, Since: 10}, 10, true},
		{invalidate.Version{Touched: 0, Since: 10}, 9, false},
		{invalidate.Version{Touched: 12, Since: 10}, 11, false},
		{invalidate.Version{Touched: 12, Since: 10}, 12, true},
	} {
		if got := c.version.Vouches(c.asOf); got != c.want {
			t.Errorf("%+v vouches for %d: %v", c.version, c.asOf, got)
		}
	}
}
