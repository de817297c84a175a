// Package comment holds the commands of comments.
//
//	createComment ──▶ VISIBLE ◀──▶ HIDDEN
//	      │              ▲
//	      └──▶ PENDING ──┘        any ──▶ DELETED
//
// A comment of a new member with links in it is held (PENDING) until an editor
// shows it. A deleted one leaves an empty place while somebody has replied to it;
// the read model sees to that.
//
// # Invariants
//
// The first comment of a thread is its lock: two replies at the same moment get
// paths of their own. A path is one number of six digits a level, and the place of
// a comment never changes (docs/data-model.md).
package comment
