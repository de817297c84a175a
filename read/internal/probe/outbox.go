package probe

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// mostRows is how many rows of the outbox one look reads: it is for samples.
	mostRows = 500
	// mostKnown bounds what is remembered while an old transaction holds the xmin back.
	mostKnown = 1 << 14
	// mostYoung is how many young changes are kept apart; above it, all is young.
	mostYoung = 1000
)

// lookSQL reads what was committed since a look whose snapshot's xmin was $1, the
// latest first. Ids commit out of order, so rows from the xmin on are read again
// and those that are known are skipped; package evict says more of this.
const lookSQL = `
SELECT s.xmin::text, a.id, a.xid::text, a.tags
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xmin) AS s
LEFT JOIN (SELECT b.id, b.xid, b.tags FROM view.announcement AS b WHERE b.xid >= $1::text::xid8 ORDER BY b.id DESC LIMIT $2) AS a ON true`

// outbox tells which changes have been committed, and since when that is known.
type outbox struct {
	from  string           // the xmin of the last look; empty before the first
	known map[int64]string // rows from there on, and their transactions
	fresh []change         // found, and not taken yet
	young []change
	age   time.Duration // for which changes are young
}

// change is a row of the outbox.
type change struct {
	id   int64
	tags slotSet
	seen time.Time
}

func newOutbox(age time.Duration) *outbox { return &outbox{known: map[int64]string{}, age: age} }

// look finds the changes that were not known before. Those of the first look are
// not taken for new: it is not known when they were made.
func (o *outbox) look(ctx context.Context, conn *pgx.Conn, now func() time.Time) error {
	first := o.from == ""
	if first {
		if err := conn.QueryRow(ctx, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&o.from); err != nil {
			return fmt.Errorf("look at the outbox: %w", err)
		}
	}
	rows, err := conn.Query(ctx, lookSQL, o.from, mostRows)
	if err != nil {
		return fmt.Errorf("look at the outbox: %w", err)
	}
	found, err := o.read(rows)
	if err != nil {
		return fmt.Errorf("look at the outbox: %w", err)
	}
	seen := now()
	for i := range found {
		found[i].seen = seen
	}
	o.grow(seen, found)
	if !first {
		o.fresh = append(o.fresh, found...)
	}
	return nil
}

// take answers what was found since the last time.
func (o *outbox) take() []change {
	found := o.fresh
	o.fresh = nil
	return found
}

func (o *outbox) read(rows pgx.Rows) (fresh []change, err error) {
	defer rows.Close()
	if len(o.known) > mostKnown {
		clear(o.known)
	}
	for rows.Next() {
		var (
			xmin string
			id   *int64
			xid  *string
			tags []string
		)
		if err := rows.Scan(&xmin, &id, &xid, &tags); err != nil {
			return nil, err
		}
		o.from = xmin
		if id == nil || xid == nil || o.known[*id] == *xid {
			continue
		}
		o.known[*id] = *xid
		c := change{id: *id}
		c.tags.add(tags)
		fresh = append(fresh, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	o.forget()
	return fresh, nil
}

// forget drops the rows that no look reads any more.
func (o *outbox) forget() {
	from, err := strconv.ParseUint(o.from, 10, 64)
	for id, text := range o.known {
		if xid, _ := strconv.ParseUint(text, 10, 64); err == nil && xid < from {
			delete(o.known, id)
		}
	}
}

// grow adds changes to the young ones, and lets go of those that are grown up.
func (o *outbox) grow(now time.Time, fresh []change) {
	old := 0
	for old < len(o.young) && now.Sub(o.young[old].seen) >= o.age {
		old++
	}
	o.young = append(o.young[old:], fresh...)
	if len(o.young) > mostYoung {
		all := change{tags: slotSet{everything: true}, seen: now}
		o.young = append(o.young[:0], all)
	}
}

// youngest is when the last of the young changes of an answer with these slots was
// seen; zero where there is none.
func (o *outbox) youngest(now time.Time, slots ...[]uint32) (seen time.Time) {
	for _, c := range o.young {
		if now.Sub(c.seen) >= o.age {
			continue
		}
		for _, s := range slots {
			if c.tags.touches(s) {
				seen = c.seen
			}
		}
	}
	return seen
}
