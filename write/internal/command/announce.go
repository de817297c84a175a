package command

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/shared/pg"
)

// Announcer tells the caches of what was committed, and answers the number that covers
// it; with no rows, the number that covers all that was announced so far.
type Announcer interface {
	Announce(rows []invalidate.Row) (seq uint64, ok bool)
}

// news are what a committed transaction has to announce.
type news struct {
	rows []invalidate.Row
	// repeated has a number answered also where there are no rows any more: of what was
	// done before under the same key.
	repeated bool
}

// outboxSQL takes one row more than an Announcer publishes: then it leaves them all.
const outboxSQL = "SELECT id, xid::text::bigint, at, tags FROM ops.outbox WHERE xid = "
const outboxEnd = " ORDER BY id LIMIT 1001"

// written are the rows that this transaction has appended to the outbox.
func (tx *Tx) written(ctx context.Context) (n news, err error) {
	n.rows, err = tx.outbox(ctx, outboxSQL+"pg_current_xact_id_if_assigned()"+outboxEnd)
	return n, err
}

// repeats are the rows of the transaction that did it, as far as they are kept.
func (tx *Tx) repeats(ctx context.Context, xid string) (n news, err error) {
	n.repeated = true
	n.rows, err = tx.outbox(ctx, outboxSQL+"$1::text::xid8"+outboxEnd, xid)
	return n, err
}

func (tx *Tx) outbox(ctx context.Context, sql string, args ...any) ([]invalidate.Row, error) {
	if !tx.announced {
		return nil, nil
	}
	rows, err := tx.Query(pg.Named(ctx, "ReadOutbox"), sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) (row invalidate.Row, err error) {
		err = r.Scan(&row.ID, &row.XID, &row.At, &row.Tags)
		return row, err
	})
}

// announce publishes what was committed and gives its number to who waits for it. A
// command that has announced nothing has no number: no answer can lack it.
func (r *Runner) announce(ctx context.Context, n news) {
	if r.Announce == nil || len(n.rows) == 0 && !n.repeated {
		return
	}
	seq, ok := r.Announce.Announce(n.rows)
	if t, there := ctx.Value(ticketKey{}).(*Ticket); there {
		t.add(seq, ok)
	}
}

// Ticket is the number of the last change that a request has made.
type Ticket struct {
	mu   sync.Mutex
	seq  uint64
	void bool // a change was committed that has no number
}

type ticketKey struct{}

// WithTicket has the commands of the context write their numbers to a ticket.
func WithTicket(ctx context.Context) (context.Context, *Ticket) {
	t := &Ticket{}
	return context.WithValue(ctx, ticketKey{}, t), t
}

func (t *Ticket) add(seq uint64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seq, t.void = max(t.seq, seq), t.void || !ok
}

// Seq is the number that covers all that was changed; 0 where nothing was, or where
// something has no number.
func (t *Ticket) Seq() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.void {
		return 0
	}
	return t.seq
}
