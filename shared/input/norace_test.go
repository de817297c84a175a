//go:build !race

package input_test

const allocationsAllowed = 0
