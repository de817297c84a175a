package invalidate

// HistorySQL asks a database whose past it has, and the xmin of the question's
// snapshot. Ids and transaction ids may be compared where the server, its timeline
// and the database are the same ones as before: a server that was promoted, or
// restored to a point in time, begins another timeline. A standby cannot tell for
// sure, and answers NULL. Every role may ask.
const HistorySQL = `
SELECT CASE WHEN NOT pg_is_in_recovery() THEN format('%s/%s/%s',
		(SELECT system_identifier FROM pg_control_system()),
		left(pg_walfile_name(pg_current_wal_lsn()), 8),
		(SELECT oid FROM pg_database WHERE datname = current_database())) END,
	pg_snapshot_xmin(pg_current_snapshot())::text`
