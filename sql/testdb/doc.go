// Package testdb gives tests a migrated PostgreSQL database.
//
// The server is the one of TERCUL_TEST_DATABASE_URL, a superuser's URL of a server that may be thrown away. The first
// test that asks makes a template database, named after a hash of the migrations; databases are clones of it, which
// takes about a tenth of a second. Packages tested at the same time agree by an advisory lock on who makes it.
//
//   - Tx: a transaction that is rolled back at the end of the test, on a database shared by the package's tests.
//     The default: it costs a millisecond.
//   - Pool: that shared database itself, for what must see several connections and leaves nothing behind.
//   - Database: a database of the test's own, for commits, NOTIFY and roles.
//   - Filled: the same with data in it that is loaded once and cloned.
//
// A test that is killed cannot drop its database, so databases carry the hour of their making in the name and a later
// run drops what is old and not in use.
package testdb
