package edge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

// ledger is the side of Postgres: what is owed to an edge, and what is done. It is one
// connection, which holds the lock by which one process purges the edge.
type ledger struct {
	conn    *pgx.Conn
	name    string
	step    time.Duration // that one exchange may take
	history string        // of the database
	known   bool          // the edge has a row
}

// row is an announcement.
type row struct {
	id   int64
	tags []string
	hard bool
	at   time.Time
}

// rowLimit is the most rows that are read one by one.
const rowLimit = 10_000

var (
	errForgotten = errors.New("the edge was forgotten: it lacked too much for too long")
	errStandby   = errors.New("the database is a standby")
)

// openLedger connects.
func openLedger(ctx context.Context, connect func(context.Context) (*pgx.Conn, error), name string, step time.Duration) (*ledger, error) {
	l := &ledger{name: name, step: step}
	err := l.within(ctx, func(ctx context.Context) (err error) {
		l.conn, err = connect(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("connect to postgres: %w", err)
	}
	err = l.within(ctx, func(ctx context.Context) error {
		_, err := l.conn.Exec(ctx, noticeSQL)
		return err
	})
	if err != nil {
		l.close(ctx)
		return nil, fmt.Errorf("set up the connection: %w", err)
	}
	return l, nil
}

// noticeSQL has the server notice within 20 s that this side is gone without a word: its
// machine, or the line. Else it would hold the lock for hours, and nobody would purge.
const noticeSQL = `SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false),
	set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false)`

func (l *ledger) close(ctx context.Context) {
	_ = l.within(context.WithoutCancel(ctx), l.conn.Close)
}

func (l *ledger) within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, l.step)
	defer cancel()
	return do(ctx)
}

// lock tries to become the one that purges the edge, for as long as the connection lives.
func (l *ledger) lock(ctx context.Context) (held bool, err error) {
	err = l.within(ctx, func(ctx context.Context) error {
		return l.conn.QueryRow(ctx, "SELECT pg_try_advisory_lock(hashtextextended('tercul edge ' || $1, 0))", l.name).Scan(&held)
	})
	return held, err
}

// listen has announcements reported from now on. Whoever only waits for the lock does not
// listen: what nobody takes would pile up.
func (l *ledger) listen(ctx context.Context) error {
	return l.within(ctx, func(ctx context.Context) error {
		_, err := l.conn.Exec(ctx, "LISTEN tercul_outbox")
		return err
	})
}

// begin answers the snapshot from which on the edge has to be purged. Where it has to
// forget everything, that is the present one.
func (l *ledger) begin(ctx context.Context) (done string, everything bool, err error) {
	var now string
	err = l.within(ctx, func(ctx context.Context) error {
		var history *string
		if err := l.conn.QueryRow(ctx, invalidate.HistorySQL).Scan(&history, nil); err != nil {
			return err
		}
		if history == nil {
			return errStandby
		}
		l.history = *history
		var of string
		err := l.conn.QueryRow(ctx, "SELECT done::text, history FROM ops.edges WHERE name = $1", l.name).Scan(&done, &of)
		l.known = err == nil
		if l.known && of == l.history {
			return nil
		}
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		everything = true
		return l.conn.QueryRow(ctx, "SELECT pg_current_snapshot()::text").Scan(&now)
	})
	if everything {
		done = now
	}
	return done, everything, err
}

// owedSQL answers the rows that a snapshot does not show, and the snapshot that it reads.
const owedSQL = `
SELECT s.now::text, o.id, o.tags, o.hard, o.at
FROM (SELECT pg_current_snapshot() AS now) s
LEFT JOIN LATERAL (
	SELECT id, tags, hard, at FROM ops.outbox
	WHERE xid >= pg_snapshot_xmin($1::text::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $1::text::pg_snapshot)
	ORDER BY xid, id LIMIT $2) o ON true`

// owed answers the rows since a snapshot, at most one more than the limit, and the
// snapshot in which they are all there is.
func (l *ledger) owed(ctx context.Context, since string) (list []row, now string, err error) {
	err = l.within(ctx, func(ctx context.Context) error {
		rows, err := l.conn.Query(ctx, owedSQL, since, rowLimit+1)
		if err != nil {
			return err
		}
		var id *int64
		var tags []string
		var hard *bool
		var at *time.Time
		_, err = pgx.ForEachRow(rows, []any{&now, &id, &tags, &hard, &at}, func() error {
			if id != nil {
				list = append(list, row{*id, tags, *hard, *at})
				tags = nil
			}
			return nil
		})
		return err
	})
	if err != nil {
		return nil, "", fmt.Errorf("read the outbox: %w", err)
	}
	return list, now, nil
}

// done notes that everything which the snapshot shows was purged, twice.
func (l *ledger) done(ctx context.Context, snapshot string) error {
	return l.within(ctx, func(ctx context.Context) error {
		sql := "UPDATE ops.edges SET done = $2::text::pg_snapshot, history = $3, at = now() WHERE name = $1"
		if !l.known {
			sql = `INSERT INTO ops.edges (name, done, history) VALUES ($1, $2::text::pg_snapshot, $3)
				ON CONFLICT (name) DO UPDATE SET done = excluded.done, history = excluded.history, at = now()`
		}
		tag, err := l.conn.Exec(ctx, sql, l.name, snapshot, l.history)
		if err != nil {
			return fmt.Errorf("note what is done: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return errForgotten
		}
		l.known = true
		return nil
	})
}

// await returns at the next announcement, or at the deadline.
func (l *ledger) await(ctx context.Context, deadline time.Time) (told bool, err error) {
	wait, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()
	_, err = l.conn.WaitForNotification(wait)
	if err == nil {
		return true, nil
	}
	if ctx.Err() == nil && errors.Is(wait.Err(), context.DeadlineExceeded) && !l.conn.IsClosed() {
		return false, nil
	}
	return false, err
}

// drain forgets notifications that have come already: the next reading covers them.
func (l *ledger) drain(ctx context.Context) {
	over, cancel := context.WithCancel(ctx)
	cancel()
	for {
		if _, err := l.conn.WaitForNotification(over); err != nil {
			return
		}
	}
}
