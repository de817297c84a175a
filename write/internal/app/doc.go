// Package app is the write service: for now the part of it that runs without
// being asked. It relays committed announcements to the bus, numbers the change
// feed, forgets old announcements, and answers the probes. Mutations come with a
// later release; /graphql says so.
//
// Without TERCUL_REDIS_URL there is no bus: readers poll the outbox, and the
// service only numbers and tidies up.
package app
