package replica

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

// pulseSQL asks the primary where the database stands.
const pulseSQL = `
SELECT h.history, pg_snapshot_xmax(pg_current_snapshot())::text,
	CASE WHEN h.history IS NOT NULL THEN pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint END
FROM (` + invalidate.HistorySQL + `) AS h (history, xmin)`

// examineSQL asks a standby whose past it has, in the form of invalidate.HistorySQL, and
// how far it has come. It is on the timeline that it has replayed or that is sent to it:
// the last restart point alone would be minutes late after a failover. Who may not read
// what is sent gets NULL of it.
const examineSQL = `
SELECT pg_is_in_recovery(), format('%s/%s/%s',
		(SELECT system_identifier FROM pg_control_system()),
		upper(lpad(to_hex(greatest(
			(SELECT timeline_id FROM pg_control_checkpoint()),
			(SELECT min_recovery_end_timeline FROM pg_control_recovery()),
			(SELECT received_tli FROM pg_stat_wal_receiver))), 8, '0')),
		(SELECT oid FROM pg_database WHERE datname = current_database())),
	coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0'), 0)::bigint,
	pg_snapshot_xmin(pg_current_snapshot())::text`

// pulse is where the primary stands.
type pulse struct {
	history string
	xmax    uint64
	lsn     int64
}

var errPrimaryIsStandby = errors.New("the database of TERCUL_DATABASE_URL is a standby itself: what it answers is no measure for others")

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func askPrimary(ctx context.Context, db rowQuerier) (pulse, error) {
	var p pulse
	var history *string
	var lsn *int64
	var xmax string
	if err := db.QueryRow(ctx, pulseSQL).Scan(&history, &xmax, &lsn); err != nil {
		return p, fmt.Errorf("ask the primary where it stands: %w", err)
	}
	if history == nil || lsn == nil {
		return p, errPrimaryIsStandby
	}
	p.history, p.lsn = *history, *lsn
	var err error
	if p.xmax, err = strconv.ParseUint(xmax, 10, 64); err != nil {
		return p, fmt.Errorf("ask the primary where it stands: %w", err)
	}
	return p, nil
}

// standing is where a standby stands.
type standing struct {
	standby bool
	history string
	lsn     int64
	xmin    uint64
}

func askStandby(ctx context.Context, db rowQuerier) (standing, error) {
	var s standing
	var xmin string
	err := db.QueryRow(ctx, examineSQL).Scan(&s.standby, &s.history, &s.lsn, &xmin)
	if err == nil {
		s.xmin, err = strconv.ParseUint(xmin, 10, 64)
	}
	if err != nil {
		return s, fmt.Errorf("ask a standby where it stands: %w", err)
	}
	return s, nil
}
