// Package app is the write service: the API at /graphql, the jobs, and what runs
// without being asked. It relays committed announcements to the bus, numbers the
// change feed, forgets what has run out, and answers the probes.
//
// Without TERCUL_REDIS_URL there is no bus: readers poll the outbox.
package app
