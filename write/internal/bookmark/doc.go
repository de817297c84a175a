// Package bookmark holds a member's bookmarks: of an object, or of a line of a text.
//
// A line is kept by its key, which survives renumbering. There is one bookmark for
// a member, an object and a line.
package bookmark
