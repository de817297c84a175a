package stats_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/views"
	"github.com/tercul/tercul/write/internal/writetest"
)

// noon is far from midnight.
var noon = time.Date(2026, 3, 10, 12, 30, 0, 0, time.UTC)

// world has a library, and a clock for what is computed.
type world struct{ *writetest.World }

func begin(t *testing.T) *world {
	t.Helper()
	return &world{writetest.New(t)}
}

func (w *world) db() stats.Database { return writetest.Savepoints{Tx: w.Tx} }

// open stores views of an hour.
func (w *world) open(id publicid.ID, hour time.Time, n int) {
	w.T.Helper()
	b := views.Batch{ID: uuid.New(), Counts: map[views.Place]int{{Subject: id.UUID, Hour: hour.Unix() / 3600}: n}}
	_, err := views.Apply(context.Background(), w.db(), b, hour)
	require.NoError(w.T, err)
}

func (w *world) refresh(now time.Time) {
	w.T.Helper()
	_, err := stats.Refresh(context.Background(), w.db(), now)
	require.NoError(w.T, err)
}

func (w *world) mend() int64 {
	w.T.Helper()
	n, err := stats.Mend(context.Background(), w.db())
	require.NoError(w.T, err)
	return n
}

// list reads one text a row.
func (w *world) list(sql string, args ...any) (out []string) {
	w.T.Helper()
	return writetest.One[[]string](w.World, "SELECT coalesce(array_agg(x), '{}') FROM ("+sql+") q (x)", args...)
}
