package relay

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

// row is a row of the outbox with the time it was written.
type row struct {
	invalidate.Row
	at time.Time
}

const (
	readLimit = 1000
	// latestLimit is the most rows of the last minute that are published again one by
	// one: more than the log holds cost less as everything.
	latestLimit = 10_000
)

// readSQL answers the rows and the xmin of one and the same snapshot.
const readSQL = `
SELECT s.xmin::text, o.id, o.xid::text, o.tags, o.at
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) s
LEFT JOIN LATERAL (
	SELECT id, xid, tags, at FROM ops.outbox WHERE xid >= $1::text::xid8 AND NOT id = ANY ($2::bigint[])
	ORDER BY xid, id LIMIT $3) o ON true
ORDER BY o.xid, o.id`

// read answers the rows from the fence on that are not published. Without a
// fence there is nothing to go on from: only the xmin is answered.
func read(ctx context.Context, conn *pgx.Conn, fence uint64, published map[int64]uint64) ([]row, uint64, error) {
	limit := readLimit
	if fence == 0 {
		limit = 0
	}
	known := make([]int64, 0, len(published))
	for id := range published {
		known = append(known, id)
	}
	rows, err := conn.Query(ctx, readSQL, formatXID(fence), known, limit)
	if err != nil {
		return nil, 0, err
	}
	var list []row
	var xmin string
	var id *int64
	var xid *string
	var tags []string
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&xmin, &id, &xid, &tags, &at}, func() error {
		if id == nil {
			return nil
		}
		n, err := number(*xid)
		list = append(list, row{invalidate.Row{ID: *id, XID: n, Tags: tags}, *at})
		tags = nil
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	upTo, err := number(xmin)
	return list, upTo, err
}

// readLatest answers the last minute, whatever was published of it; one row more
// than the limit if there are more.
func readLatest(ctx context.Context, conn *pgx.Conn) ([]row, error) {
	rows, err := conn.Query(ctx, `SELECT id, xid::text, tags, at FROM ops.outbox
		WHERE at > now() - interval '1 minute' ORDER BY xid, id LIMIT $1`, latestLimit+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (out row, err error) {
		var xid string
		if err := r.Scan(&out.ID, &xid, &out.Tags, &out.at); err != nil {
			return out, err
		}
		out.XID, err = number(xid)
		return out, err
	})
}
