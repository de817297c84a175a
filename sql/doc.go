// Package tsql is the database: its migrations, the read model kept by triggers, the roles, and the sample library.
//
// It is a leaf. Nothing in it imports another module of the repository, so that services, command line and tests
// can all depend on it. The migrations run in numbered order under an advisory lock (Up, Down, Version), and
// schema.sql is what they add up to, checked by a test.
package tsql
