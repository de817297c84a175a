//go:build race

package importer

// underRace: the race detector makes the large import take minutes and proves
// nothing more by its size.
const underRace = true
