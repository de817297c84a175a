// Package tag holds the commands of tags: what makes, renames and joins them.
//
// A tag is found by its name whatever its case, hyphens and spaces (filing.Tag). A
// synonym stands for a canonical tag and never for another synonym; what is tagged
// with it stays so, and is shown under the canonical one.
package tag
