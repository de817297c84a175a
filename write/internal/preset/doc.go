// Package preset holds the searches that members keep.
//
// A filter is checked when it is kept, by the definition of that time; the number
// of the definition is kept with it, so that a later one can tell what it has to
// translate.
package preset
