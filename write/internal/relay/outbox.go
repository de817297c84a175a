package relay

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

const (
	readLimit = 1000
	// latestLimit is the most rows of the last minute that are published again one by
	// one: more than the log holds cost less as everything.
	latestLimit = 10_000
)

// readSQL answers the rows and the xmin of one and the same snapshot, and the snapshot.
const readSQL = `
SELECT s.now::text, pg_snapshot_xmin(s.now)::text, o.id, o.xid::text, o.tags, o.at
FROM (SELECT pg_current_snapshot() AS now) s
LEFT JOIN LATERAL (
	SELECT id, xid, tags, at FROM ops.outbox
	WHERE xid >= $1::text::xid8 AND (xid, id) > ($2::text::xid8, $3::bigint) AND NOT pg_visible_in_snapshot(xid, $4::pg_snapshot)
	ORDER BY xid, id LIMIT $5) o ON true
ORDER BY o.xid, o.id`

// nothing is a snapshot in which nothing is visible.
const nothing = "1:1:"

// page is what one reading of the outbox found.
type page struct {
	rows     []invalidate.Row
	xmin     uint64
	snapshot string
}

// full tells whether there may be more rows in the snapshot.
func (p page) full() bool { return len(p.rows) == readLimit }

// place is how far a pass has come: it began in a snapshot, and has read up to a row.
type place struct {
	snapshot string
	xmin     uint64
	xid      uint64
	id       int64
}

// after is the place once a page is read.
func (at place) after(p page) place {
	if at.snapshot == "" {
		at.snapshot, at.xmin = p.snapshot, p.xmin
	}
	if n := len(p.rows); n > 0 {
		at.xid, at.id = p.rows[n-1].XID, p.rows[n-1].ID
	}
	return at
}

// read answers the rows from the fence on that come after a place and are not
// covered. Without a fence there is nothing to go on from: only the snapshot is
// answered.
func read(ctx context.Context, conn *pgx.Conn, fence uint64, covered string, from place) (page, error) {
	limit := readLimit
	if fence == 0 {
		limit = 0
	}
	var p page
	rows, err := conn.Query(ctx, readSQL, formatXID(fence), formatXID(from.xid), from.id, covered, limit)
	if err != nil {
		return p, err
	}
	var xmin string
	var id *int64
	var xid *string
	var tags []string
	var at *time.Time
	_, err = pgx.ForEachRow(rows, []any{&p.snapshot, &xmin, &id, &xid, &tags, &at}, func() error {
		if id == nil {
			return nil
		}
		n, err := number(*xid)
		p.rows = append(p.rows, invalidate.Row{ID: *id, XID: n, At: *at, Tags: tags})
		tags = nil
		return err
	})
	if err != nil {
		return p, err
	}
	p.xmin, err = number(xmin)
	return p, err
}

// readLatest answers the last minute, whatever was published of it; one row more
// than the limit if there are more.
func readLatest(ctx context.Context, conn *pgx.Conn) ([]invalidate.Row, error) {
	rows, err := conn.Query(ctx, `SELECT id, xid::text, tags, at FROM ops.outbox
		WHERE at > now() - interval '1 minute' ORDER BY xid, id LIMIT $1`, latestLimit+1)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (out invalidate.Row, err error) {
		var xid string
		if err := r.Scan(&out.ID, &xid, &out.Tags, &out.At); err != nil {
			return out, err
		}
		out.XID, err = number(xid)
		return out, err
	})
}
