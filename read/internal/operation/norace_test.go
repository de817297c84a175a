//go:build !race

package operation_test

const allocationsAllowed = 5
