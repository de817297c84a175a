package policy

import "time"

// By says whose requests a limit counts together.
type By int

// What limits count by. Account is the one named in the request, whoever asks.
const (
	Caller By = iota
	Address
	Account
)

// Limit is how many requests there may be in a time.
type Limit struct {
	Name   string
	Count  int
	Period time.Duration
	By     By
	// Strict limits are lowered, not lifted, while they can only be counted in
	// this process.
	Strict bool
}
