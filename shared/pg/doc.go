// Package pg opens Postgres as the services want it: a pool whose connections
// work under a role, with timeouts the server itself enforces, that counts what
// it does and speaks apperr.
//
//	db, err := pg.Open(cfg, pg.Options{Application: "reader", Role: "tercul_reader", ReadOnly: true, Metrics: registry})
//	defer db.Close()
//	rows, err := db.Query(pg.Named(ctx, "WorkPage"), sql, args...)
//	return pg.Error(err)
//
// Open does not connect: a database that is down at the start is a failed query,
// not a failed start. Ping asks for readiness.
//
// Role and timeouts are sent when a connection is made (behind PgBouncer, list
// them in ignore_startup_parameters and set them on the roles). The statement
// timeout ends what a cancelled context could leave running: a client that gives
// up is not always heard.
//
// Error translates what the driver says: TIMEOUT for a statement or wait that
// took too long, UNAVAILABLE for a server that cannot be reached, is starting,
// stopping or full, and for a transaction to be tried again; anything else is
// left to become INTERNAL. pgx.ErrNoRows stays as it is.
package pg
