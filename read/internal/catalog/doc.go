// Package catalog says, as data, how each type and field of the public schema
// is read from the read model: which view, which column, which join, and by
// which cache tags an answer that holds it is purged.
//
// It holds SQL templates and no behaviour; package plan turns a document and
// this catalogue into one statement. Templates know these placeholders:
//
//	{t}            the row of the object itself
//	{p}            the row of the object it is nested in (or the scope row)
//	{$arg|cast}    an argument of the field, bound as a parameter
//	{@arg}         how the caller knows an argument, as a text, for faults
//	{limit}        the page size and one more
//	{stretch}      how many rows are read along an order before what matches is found by itself
//	{filter}       the condition of the field's filter, true where there is none
//	{after.N|cast} key N of the page's cursor, null on the first page
//	{{?arg …}}     kept only where the argument is given
//	{{!arg …}}     kept only where it is not
//
// Invariant: every row that an answer is made from is covered by a tag of the
// answer. A row is covered by its own tag (Object.Tag), by a static tag of the
// relation (Rel.Tags with Rel.Covered), or by the tag of the row it hangs on
// (Rel.Owned): a change of a row announces its owners too.
package catalog
