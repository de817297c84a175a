package invalidate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/invalidate"
)

// written is a row as the outbox has it.
func written(id int64, xid uint64, tags ...string) invalidate.Row {
	return invalidate.Row{ID: id, XID: xid, At: time.UnixMicro(1_700_000_000_000_000 + id), Tags: tags}
}

func (f fixture) send(t *testing.T, rows ...invalidate.Row) invalidate.Receipt {
	t.Helper()
	r, err := f.pub.Publish(t.Context(), rows)
	require.NoError(t, err)
	require.Equal(t, len(rows), r.Published)
	return r
}

func (f fixture) announced(t *testing.T) (ids []int64) {
	t.Helper()
	for _, m := range f.log(t, 0) {
		ids = append(ids, m.Outbox)
	}
	return ids
}

func TestARowIsAnnouncedOnce(t *testing.T) {
	f := start(t, 0)
	first := f.send(t, written(7, 700, "a"), written(8, 700, "b"))
	require.Zero(t, first.Known)
	relayed := invalidate.NewPublisher(invalidate.PublisherConfig{Redis: f.client, Space: f.space})
	r, err := relayed.Publish(t.Context(), []invalidate.Row{written(6, 699, "c"), written(7, 700, "a"), written(8, 700, "b"), written(6, 699, "c")})
	require.NoError(t, err)
	require.Equal(t, 3, r.Known, "two by the other, and one twice in a call")
	require.Equal(t, first.Seq+1, r.Seq)
	require.Equal(t, []int64{7, 8, 6}, f.announced(t))
	require.Equal(t, r.Seq, f.send(t, written(7, 700, "a")).Seq, "the number covers what was announced before")
	v, err := f.bus.Version(t.Context(), []string{"a"})
	require.NoError(t, err)
	require.Equal(t, first.Epoch+1, v.Touched, "an answer made after the first announcement stays valid")
}

// A server that was promoted gives ids and transactions again.
func TestOtherRowsOfTheSameIDAreAnnounced(t *testing.T) {
	f := start(t, 0)
	f.send(t, written(7, 700, "a"))
	again := written(7, 700, "a")
	again.At = again.At.Add(time.Microsecond)
	require.Zero(t, f.send(t, again).Known)
	require.Zero(t, f.send(t, written(7, 701, "a")).Known, "another transaction")
	f.publish(t, "x")
	f.publish(t, "x")
	require.Len(t, f.announced(t), 5, "what has no time is announced as often as it comes")
}

// TestWhatTheBusForgets is announced again, which is safe.
func TestWhatTheBusForgets(t *testing.T) {
	for name, lose := range map[string]func(*testing.T, fixture){
		"its epoch ends": func(t *testing.T, f fixture) { f.client.HSet(t.Context(), f.space.State(), "run", "another") },
		"another past": func(t *testing.T, f fixture) {
			f.send(t, invalidate.Row{XID: 600, Tags: []string{invalidate.Everything}})
		},
		"the set is evicted": func(t *testing.T, f fixture) { f.client.Del(t.Context(), f.space.Known()) },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, 0)
			f.send(t, written(7, 700, "a"))
			lose(t, f)
			require.Zero(t, f.send(t, written(7, 700, "a")).Known)
			require.Equal(t, 1, f.send(t, written(7, 700, "a")).Known)
		})
	}
}

// Rows are remembered until the fence has been above them for two minutes: so long
// a relay that begins publishes the last minute again.
func TestRowsBelowTheFenceAreForgottenInTheEnd(t *testing.T) {
	f := start(t, 0)
	f.send(t, written(7, 700, "a"), written(8, 900, "b"))
	beat := func(fence uint64) {
		t.Helper()
		_, err := f.pub.Heartbeat(t.Context(), fence)
		require.NoError(t, err)
	}
	later := func() { // two minutes pass
		t.Helper()
		at, err := f.client.HGet(t.Context(), f.space.State(), "settled_at").Int64()
		require.NoError(t, err)
		require.NoError(t, f.client.HSet(t.Context(), f.space.State(), "settled_at", at-121_000_000).Err())
	}
	beat(0)
	require.False(t, f.client.HExists(t.Context(), f.space.State(), "settled").Val(), "a relay that knows no fence settles nothing")
	beat(800)
	beat(1000)
	later()
	beat(1000)
	require.Equal(t, []string{"8:900:" + fmt.Sprint(written(8, 0).At.UnixMicro())}, f.client.ZRange(t.Context(), f.space.Known(), 0, -1).Val())
	later()
	beat(1000)
	require.Zero(t, f.client.ZCard(t.Context(), f.space.Known()).Val())
}

func TestWhatIsKnownIsBounded(t *testing.T) {
	const most = 65_536
	f := start(t, 0)
	f.publish(t, "a") // begins the epoch
	for from := 0; from < most; from += 4096 {
		members := make([]redis.Z, 4096)
		for i := range members {
			members[i] = redis.Z{Score: float64(from + i), Member: from + i}
		}
		require.NoError(t, f.client.ZAdd(t.Context(), f.space.Known(), members...).Err())
	}
	f.send(t, written(7, 70_000, "a"), written(8, 70_000, "b"))
	require.EqualValues(t, most, f.client.ZCard(t.Context(), f.space.Known()).Val())
	require.Equal(t, []string{"2"}, f.client.ZRange(t.Context(), f.space.Known(), 0, 0).Val(), "the oldest are gone")
}

func TestWhereTheBusStands(t *testing.T) {
	f := start(t, 0)
	before := f.send(t, written(7, 700, "a"))
	r, err := f.pub.Stand(t.Context())
	require.NoError(t, err)
	require.Equal(t, before.Seq, r.Seq)
	require.Equal(t, before.Epoch, r.Epoch)
	require.Len(t, f.log(t, 0), 1)
}

// TestAHalfDoneCallIsDoneAgain: what is known was announced, and nothing else is known.
func TestAHalfDoneCallIsDoneAgain(t *testing.T) {
	f := start(t, 0)
	f.send(t, written(6, 699, "x"))
	f.client.Del(t.Context(), f.space.Log())
	f.client.Set(t.Context(), f.space.Log(), strings.Repeat("not a stream", 2), 0)
	_, err := f.pub.Publish(t.Context(), []invalidate.Row{written(7, 700, "a")})
	require.Error(t, err)
	f.client.Del(t.Context(), f.space.Log())
	require.Zero(t, f.send(t, written(7, 700, "a")).Known)
}
