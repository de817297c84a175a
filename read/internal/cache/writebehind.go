package cache

import (
	"context"
	_ "embed" // the script
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/shared/cachekey"
)

//go:embed setifnewer.lua
var setIfNewerSource string

var setIfNewer = redis.NewScript(setIfNewerSource)

// writers is how many entries are being written at a time.
const writers = 2

// write is an entry on its way to Redis.
type write struct {
	key   cachekey.Key
	enc   answer.Encoding
	entry *answer.Entry
}

// writeLater queues what a load gave. A full queue drops it: Redis is slower than
// the database then, and waiting for it would be the wrong way round.
func (l *L2) writeLater(q *answer.Query, res answer.Result) {
	if res.Layer == answer.Stale || res.Entry.NoStore {
		return
	}
	l.enqueue(write{q.Key, q.Enc, res.Entry})
	if res.Base != nil && res.Base != q.Base {
		l.enqueue(write{q.Key, answer.Identity, res.Base})
	}
}

func (l *L2) enqueue(w write) {
	select {
	case l.queue <- w:
	default:
		l.cfg.Metrics.writes.dropped.Inc()
	}
}

// behind is how long a writer at rest waits once there is something to write: by then
// the request that made it is answered, and does not share the processor with it.
const behind = time.Millisecond

// writeBehind writes what is queued until the Tasks close and nothing is left.
func (l *L2) writeBehind(ctx context.Context) {
	var buf []byte
	for {
		select {
		case w := <-l.queue:
			buf = l.write(ctx, w, buf[:0])
			continue
		default:
		}
		select {
		case w := <-l.queue:
			time.Sleep(behind)
			buf = l.write(ctx, w, buf[:0])
		case <-l.cfg.Tasks.Closing():
			return
		}
	}
}

// write sets the entry if it is newer than what Redis has, and still true.
func (l *L2) write(ctx context.Context, w write, buf []byte) []byte {
	e := w.entry
	lives := min(e.Until-l.now.ms(), l.cfg.Retain.Milliseconds())
	size := e.EncodedSize()
	switch {
	case size > l.cfg.Most:
		l.cfg.Metrics.writes.oversize.Inc()
		return buf
	case e.NoStore || lives <= 0 || l.cfg.Clock.Local() || !valid(l.cfg.Clock, e):
		l.cfg.Metrics.writes.overtaken.Inc()
		return buf
	}
	buf = e.Encode(buf)
	ctx, cancel := context.WithTimeout(ctx, l.cfg.Timeout)
	defer cancel()
	text := unsafe.String(unsafe.SliceData(buf), len(buf)) //nolint:gosec // the client has written it out when it returns
	set, err := setIfNewer.Run(ctx, l.cfg.Redis, []string{l.cfg.Space.Entry(w.key, w.enc)},
		text, lives, answer.StampAt, answer.StampEnd).Int()
	switch {
	case err != nil:
		l.cfg.Metrics.writes.failed.Inc()
		return nil // a write that timed out may still be reading the buffer
	case set == 0:
		l.cfg.Metrics.writes.older.Inc()
	default:
		l.cfg.Metrics.writes.stored.Inc()
	}
	return keepSmall(buf)
}

// keepSmall lets go of buffers that one long text has made large.
func keepSmall(buf []byte) []byte {
	const small = 64 << 10
	if cap(buf) > small {
		return nil
	}
	return buf
}
