// Package category holds the commands of the tree of categories.
//
// # Invariants
//
// A category's path is its parent's and its own slug; it is five levels deep at most
// and hangs below itself never. One lock is the whole tree's, so that two moves that
// would make a circle together come one after the other.
package category
