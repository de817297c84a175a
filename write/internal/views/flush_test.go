package views_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/views"
	"github.com/tercul/tercul/write/internal/writetest"
)

var errKilled = errors.New("killed")

// mortal is a database whose user dies with a transaction: before it begins, when it
// would commit, or right after it has committed.
type mortal struct {
	stats.Database
	dies string
}

func (m *mortal) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	if m.dies == "before" {
		return nil, errKilled
	}
	tx, err := m.Database.BeginTx(ctx, o)
	return &mortalTx{tx, m.dies}, err
}

type mortalTx struct {
	pgx.Tx
	dies string
}

func (m *mortalTx) Commit(ctx context.Context) error {
	if m.dies == "at" {
		return errors.Join(errKilled, m.Rollback(ctx))
	}
	return errors.Join(map[string]error{"after": errKilled}[m.dies], m.Tx.Commit(ctx))
}

// TestAFlushThatIsKilled opens things, and kills flushes at every step, in any order;
// what is stored in the end is what was opened.
func TestAFlushThatIsKilled(t *testing.T) {
	w := begin(t)
	work, text := w.Published("La Commedia", "Nel mezzo")
	subjects := []publicid.ID{work, text}
	opened := map[publicid.ID]int{}
	killed := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			switch step := rapid.SampledFrom([]string{"open", "open", "hour", "before", "at", "after", "take", "flush"}).Draw(rt, "step"); step {
			case "open":
				id, n := rapid.SampledFrom(subjects).Draw(rt, "subject"), rapid.IntRange(1, 4).Draw(rt, "n")
				w.readers(id, n)
				opened[id] += n
			case "hour":
				w.clock = w.clock.Add(time.Hour)
			case "take":
				_, err := w.counter.Take(t.Context())
				require.NoError(rt, err)
			case "flush":
				w.flush()
			default:
				f := w.flusher()
				f.DB = &mortal{f.DB, step}
				if err := f.Work(t.Context(), nil); err != nil {
					require.ErrorIs(rt, err, errKilled)
					killed[step]++
				}
			}
		}
		w.flush()
		for _, id := range subjects {
			require.Equal(rt, opened[id], w.stored(id))
		}
		left, err := w.redis.Exists(t.Context(), "{tercul}:views:open", "{tercul}:views:taken").Result()
		require.NoError(rt, err)
		require.Zero(rt, left)
	})
	for _, step := range []string{"before", "at", "after"} {
		require.Positive(t, killed[step], "no flush died %s", step)
	}
}

// A process that could not store what it counted alone stores it later, once.
func TestADrainThatIsKilled(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	alone, err := views.New(views.Config{Now: func() time.Time { return w.clock }})
	require.NoError(t, err)
	w.counter = alone
	opened := 0
	for _, dies := range []string{"before", "at", "after", ""} {
		w.readers(work, 3)
		opened += 3
		err := alone.Drain(t.Context(), &mortal{writetest.Savepoints{Tx: w.Tx}, dies})
		require.Equal(t, dies != "", errors.Is(err, errKilled))
	}
	require.Equal(t, opened, w.stored(work))
}

// A Redis that comes back with an older state brings nothing twice.
func TestRedisComesBackOlder(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	w.readers(work, 5)
	saved, err := w.redis.Dump(t.Context(), "{tercul}:views:open").Result()
	require.NoError(t, err)
	w.flush()
	require.Equal(t, 5, w.stored(work))
	require.NoError(t, w.redis.Restore(t.Context(), "{tercul}:views:open", 0, saved).Err())
	w.flush()
	require.Equal(t, 5, w.stored(work))
	w.readers(work, 2)
	w.flush()
	require.Equal(t, 7, w.stored(work))
}

// While Redis is away a flush waits for the next, and its run is not noted.
func TestAFlushWithoutRedis(t *testing.T) {
	w := begin(t)
	gone := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialTimeout: time.Second})
	defer func() { _ = gone.Close() }()
	for _, client := range []redis.Cmdable{gone, nil} {
		c, err := views.New(views.Config{Redis: client})
		require.NoError(t, err)
		require.NoError(t, (&views.Flusher{DB: writetest.Savepoints{Tx: w.Tx}, Counter: c, Now: time.Now}).Work(t.Context(), nil))
	}
	require.Zero(t, writetest.One[int](w.World, "SELECT count(*)::int FROM stats.runs"))
	// What is in Redis and is no batch is told, and stays for an operator to see.
	require.NoError(t, w.redis.HSet(t.Context(), "{tercul}:views:open", "nonsense", 1).Err())
	require.ErrorContains(t, w.flusher().Work(t.Context(), nil), "a field of a batch of views")
}

// What was merged counts for the survivor; what nobody can see does not count, nor
// what was never there. Hours of a wrong clock become the present one.
func TestWhatIsStored(t *testing.T) {
	w := begin(t)
	work, _ := w.Published("La Commedia", "Nel mezzo")
	old, _ := w.Published("Commedia", "Nel mezzo")
	hidden, _ := w.Published("Fiore", "Lo Dio d'Amor")
	nothing, err := publicid.New("WORK")
	require.NoError(t, err)
	w.readers(work, 1)
	w.readers(old, 2)
	w.readers(hidden, 3)
	w.readers(nothing, 4)
	reader := w.User(identity.Reader)
	w.readers(publicid.Of("WORK", reader.UserID), 2)
	w.clock = noon.Add(30 * 24 * time.Hour)
	w.readers(work, 5)
	w.clock = noon.Add(-30 * 24 * time.Hour)
	w.readers(work, 7)
	w.clock = noon.Add(time.Hour)
	w.readers(work, 9)
	w.Unpublish(hidden)
	w.Exec("INSERT INTO core.id_redirects (old_id, new_id, reason) VALUES ($1, $2, 'MERGE')", old.UUID, work.UUID)
	w.flush()
	require.Equal(t, 24, w.stored(work))
	for _, id := range []publicid.ID{old, hidden, nothing, publicid.Of("USER", reader.UserID)} {
		require.Zero(t, w.stored(id))
	}
	of := func(hour time.Time) int {
		return writetest.One[int](w.World, "SELECT views FROM stats.hourly WHERE subject_id = $1 AND hour = $2", work.UUID, hour)
	}
	require.Equal(t, 3, of(noon.Truncate(time.Hour)))
	require.Equal(t, 21, of(noon.Truncate(time.Hour).Add(time.Hour)))
	require.Equal(t, 24, writetest.One[int](w.World, "SELECT views::int FROM stats.batches"))
}

// Readers and flushes side by side, as in several processes.
func TestFlushesSideBySide(t *testing.T) {
	w := begin(t)
	db := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	w.clock = time.Now()
	id := publicid.Of("WORK", uuid.Must(uuid.NewV7()))
	_, err := db.Exec(t.Context(), `WITH s AS (INSERT INTO core.subjects (id, kind) VALUES ($1, 'WORK') RETURNING id)
		INSERT INTO core.works (id, original_language, literature_type, status, published_at) SELECT id, 'it', 'POETRY', 'PUBLISHED', now() FROM s`, id.UUID)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), "INSERT INTO core.work_titles (id, work_id, language, title, sort_title) VALUES ($1, $1, 'it', 'Vita nuova', 'Vita nuova')", id.UUID)
	require.NoError(t, err)
	const readers, each = 4, 100
	done := make(chan error, readers+3)
	for range readers {
		go func() { w.readers(id, each); done <- nil }()
	}
	for range 3 {
		go func() {
			f := &views.Flusher{DB: db, Counter: w.counter, Now: time.Now}
			for range 10 {
				if err := f.Work(context.Background(), nil); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range readers + 3 {
		require.NoError(t, <-done)
	}
	require.NoError(t, (&views.Flusher{DB: db, Counter: w.counter, Now: time.Now}).Work(t.Context(), nil))
	var total, days int
	require.NoError(t, db.QueryRow(t.Context(), "SELECT t.views, (SELECT sum(views) FROM stats.daily) FROM stats.totals t").Scan(&total, &days))
	require.Equal(t, readers*each, total)
	require.Equal(t, readers*each, days)
}
