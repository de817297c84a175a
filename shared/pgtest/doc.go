// Package pgtest gives tests the real PostgreSQL and Redis that `make test` starts.
//
// Tx is the default: a transaction on a database shared by the package's tests, rolled back at the end. Pool is that
// database, Database one of the test's own; Primary a server of the test's own, which can have standbys. Redis is a Redis database of the test's own, empty. Without the settings
// TERCUL_TEST_DATABASE_URL and TERCUL_TEST_REDIS_URL a test fails and says how to set them; under -short it is skipped.
package pgtest
