package importer

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// runRecord is this run's row in ops.import_runs. What the stages did and
// whether the read model is behind are committed together with each stage.
type runRecord struct {
	id       uuid.UUID
	problems []Problem
	started  time.Time

	Stages  map[string]Count `json:"stages"`
	Bulk    bool             `json:"bulk"`    // triggers rest; the read model is refreshed at the end
	Changed bool             `json:"changed"` // something was written
}

// openRecord continues the last run if it was of the same files and did not
// finish, or begins a new one. The caller holds the import lock, so that a run which
// still counts as running is a dead one.
func openRecord(ctx context.Context, conn *pgx.Conn, name, digest string) (*runRecord, error) {
	r := &runRecord{Stages: map[string]Count{}}
	var status, found string
	var counts, problems []byte
	err := conn.QueryRow(ctx, `SELECT id, status, coalesce(digest, ''), counts, problems, started_at
		FROM ops.import_runs ORDER BY started_at DESC LIMIT 1`).
		Scan(&r.id, &status, &found, &counts, &problems, &r.started)
	if err != nil && err != pgx.ErrNoRows { //nolint:errorlint // Scan returns it bare
		return nil, err
	}
	if err == nil && status != "DONE" && found == digest {
		err := r.reopen(ctx, conn, counts, problems)
		return r, err
	}
	r.id, err = uuid.NewV7()
	if err != nil {
		return nil, err
	}
	if err := closeDead(ctx, conn); err != nil {
		return nil, err
	}
	r.Bulk, err = behind(ctx, conn)
	if err != nil {
		return nil, err
	}
	return r, conn.QueryRow(ctx, `INSERT INTO ops.import_runs (id, source, digest) VALUES ($1, $2, $3) RETURNING started_at`,
		r.id, name, digest).Scan(&r.started)
}

func (r *runRecord) reopen(ctx context.Context, conn *pgx.Conn, counts, problems []byte) error {
	if err := json.Unmarshal(counts, r); err != nil {
		return err
	}
	if err := json.Unmarshal(problems, &r.problems); err != nil {
		return err
	}
	if r.Stages == nil {
		r.Stages = map[string]Count{}
	}
	_, err := conn.Exec(ctx, `UPDATE ops.import_runs SET status = 'RUNNING', finished_at = NULL, updated_at = now() WHERE id = $1`, r.id)
	return err
}

func closeDead(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `UPDATE ops.import_runs SET status = 'FAILED', finished_at = now() WHERE status = 'RUNNING'`)
	return err
}

// behind tells whether an earlier run of other files stopped between loading in
// bulk and refreshing the read model: then this run has to do it.
func behind(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var bulk bool
	err := conn.QueryRow(ctx, `SELECT coalesce((SELECT status = 'FAILED' AND (counts->>'bulk')::boolean
		FROM ops.import_runs ORDER BY started_at DESC LIMIT 1), false)`).Scan(&bulk)
	return bulk, err
}

func (r *runRecord) done(stage string) (Count, bool) {
	c, ok := r.Stages[stage]
	return c, ok
}

func (r *runRecord) stageDone(ctx context.Context, tx pgx.Tx, stage string, c Count, problems []Problem) error {
	r.Stages[stage] = c
	r.Changed = r.Changed || c.Rows > 0
	return r.store(ctx, tx, stage, problems)
}

func (r *runRecord) store(ctx context.Context, tx pgx.Tx, stage string, problems []Problem) error {
	counts, err := json.Marshal(r)
	if err != nil {
		return err
	}
	list, err := json.Marshal(problems)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE ops.import_runs SET stage = $2, counts = $3, problems = $4, updated_at = now() WHERE id = $1`,
		r.id, stage, counts, list)
	return err
}

// fail marks the run as stopped. The connection may be gone; then the next run
// finds this one still RUNNING and knows that it is dead.
func (r *runRecord) fail(ctx context.Context, run *run, stage string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, _ = run.conn.Exec(ctx, `UPDATE ops.import_runs SET status = 'FAILED', finished_at = now(), updated_at = now(),
		stage = $2 WHERE id = $1`, r.id, stage)
}

func (r *runRecord) finish(ctx context.Context, run *run) error {
	_, err := run.conn.Exec(ctx, `UPDATE ops.import_runs SET status = 'DONE', finished_at = now(), updated_at = now()
		WHERE id = $1`, r.id)
	return err
}
