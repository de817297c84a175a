//go:build race

package operation_test

// Under the race detector a sync.Pool forgets on purpose.
const allocationsAllowed = 20
