package operation

import (
	"context"
	"fmt"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
)

const (
	// refreshTimeout bounds one look at the table, compiling included.
	refreshTimeout = 30 * time.Second

	// breath is the least time between two looks, however often Run is woken.
	breath = 100 * time.Millisecond
)

// Wake makes Run look at the table: call it when the table was announced to have
// changed. It never blocks. Unknown ids do not wake: they must not cost queries.
func (r *Registry) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run follows the table until ctx ends. It is a service of package run.
func (r *Registry) Run(ctx context.Context, ready func()) error {
	ready()
	ticker := time.NewTicker(r.cfg.Poll)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.wake:
		case <-ticker.C:
		}
		err := r.Refresh(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !failing { // said once, not every few seconds
			r.cfg.Log.Warn().Err(err).Msg("the table of documents could not be read; the documents known stay")
		}
		if err == nil && failing {
			r.cfg.Log.Info().Msg("the table of documents can be read again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.cfg.After(breath):
		}
	}
}

// Refresh looks at the table now and returns once its documents are in force.
// After an error everything stays as it was.
func (r *Registry) Refresh(ctx context.Context) error {
	if r.cfg.Table == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, refreshTimeout)
	defer cancel()
	if err := r.refresh(ctx); err != nil {
		r.meters.failures.Inc()
		return err
	}
	return nil
}

func (r *Registry) refresh(ctx context.Context) error {
	rows, err := r.cfg.Table.rows(ctx)
	if err != nil {
		return err
	}
	next, missing, gone := r.sift(rows)
	texts := map[string]string{}
	if len(missing) > 0 {
		hashes := make([]string, 0, len(missing))
		for hash := range missing {
			hashes = append(hashes, hash)
		}
		if texts, err = r.cfg.Table.texts(ctx, hashes); err != nil {
			return err
		}
	}
	for hash, text := range texts {
		if op := r.fromRow(ctx, missing[hash], text); op != nil {
			next[hash] = op
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.rows = next
	r.meters.refused.Set(float64(len(r.failed)))
	changed, err := r.publish(gone)
	if changed {
		r.cfg.Log.Info().Int("documents", len(r.List())).Msg("the documents have changed")
	}
	return err
}

// gone are documents of the table that are not run: those that are blocked, whatever
// their source, by the hash of their text, and the ends of those that were retired, by
// their ids.
type gone struct {
	blocked map[string]bool
	ended   map[string]time.Time
}

// sift keeps the operations whose rows are as they were, and tells which texts
// are missing and what is gone.
func (r *Registry) sift(rows []row) (kept map[string]*Operation, missing map[string]row, left gone) {
	now := r.cfg.Now()
	kept, missing, left = map[string]*Operation{}, map[string]row{}, gone{map[string]bool{}, map[string]time.Time{}}
	failed := map[string]string{}
	for _, row := range rows {
		if row.status == statusBlocked {
			left.blocked[row.textHash] = true
		}
		if row.ended(now) {
			left.ended[row.hash], left.ended[row.textHash] = row.sunset, row.sunset
		}
		if !row.runnable(now) {
			continue
		}
		switch {
		case r.rows[row.hash] != nil && r.rows[row.hash].row == row:
			kept[row.hash] = r.rows[row.hash]
		case r.failed[row.hash] == row.textHash:
			failed[row.hash] = row.textHash
		default:
			missing[row.hash] = row
		}
	}
	r.failed = failed
	return kept, missing, left
}

// fromRow compiles a document of the table; nil means it is left out.
func (r *Registry) fromRow(ctx context.Context, row row, text string) *Operation {
	entry := document.Entry{ID: row.hash, Name: row.name, Text: text, Origin: "the table"}
	op, err := r.compile(ctx, entry, Table)
	if err == nil && document.IsID(row.hash) && row.hash != op.hash {
		err = fmt.Errorf("its text has another sha256, %s", op.hash)
	}
	if err == nil {
		op.own(row.hash)
		op.row = row
		op.retire(row)
		op.policy = shortened(op.policy, row.ttl)
		return op
	}
	r.cfg.Log.Error().Err(err).Str("document", row.name).Str("hash", row.hash).
		Msg("a document of the table cannot be run and is left out")
	if !apperr.From(err).Retryable() { // a database that is away is no fault of the document
		r.failed[row.hash] = row.textHash
	}
	return nil
}
