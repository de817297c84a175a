// Package reaction holds likes, and what a member has to do with what they look at.
package reaction
