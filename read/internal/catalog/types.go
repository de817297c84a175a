package catalog

// Object is how an object type is read from a row.
type Object struct {
	// Tag is the SQL of the cache tag of the row; empty where it has none.
	Tag string
	// ByID finds the row of a node by {p}.id and {p}.kind; empty for types that are no nodes.
	ByID *Rel
	// Fields by name in the schema.
	Fields map[string]Field
}

// Field is how a field is read: from a column or by a relation.
type Field struct {
	// SQL is the expression of a scalar.
	SQL string
	// Rel leads to objects.
	Rel *Rel
	// Emit adds cache tags, SQL over {t}, for what SQL reads besides the row.
	Emit []string
	// Tags adds fixed cache tags.
	Tags []string
	// Redirected is the id that was asked for, where the relation that found the
	// row gives it (Rel.Redirects); null anywhere else.
	Redirected bool
}

// Shape is how many objects a relation leads to.
type Shape int

// The shapes of relations.
const (
	One Shape = iota
	Many
	Page
)

// Rel leads from a row, or from the root, to objects of a type.
type Rel struct {
	Shape Shape
	// To is the type of the objects; for pages, that of the nodes.
	To string
	// Scope is a FROM item whose single row, {s} here and {p} below, a page or an
	// object hangs on; no row, no object.
	Scope string
	// ScopeWhere restricts the scope.
	ScopeWhere string
	// ScopeTag is the SQL of the tag of the scope row, over {s}.
	ScopeTag string
	// From is the FROM item that gives the rows as {t}.
	From string
	// Where restricts the rows. Of a page it is what the indexes of its orders hold, or most rows fulfil.
	Where string
	// Sift restricts the rows of a page further, like a filter, to what an index finds and may be few among many.
	Sift string
	// Except restricts them by what they must not be: no index finds the rest.
	Except string
	// Order sorts the rows of a list.
	Order string
	// Limit is the most rows of a list.
	Limit string

	// Sorts are the orders of a page by the value of SortArg; "" is the only one.
	Sorts   map[string]Sort
	SortArg string
	// Filter is the filter given by argument `filter`; a page adds it to Where, in
	// other relations {filter} stands for it.
	Filter *Filter
	// Redirects says that the rows have a column redirected_from.
	Redirects bool
	// SeekInside says that From itself starts after the cursor.
	SeekInside bool
	// Extra are the fields of the page besides the usual ones, over {p}.
	Extra map[string]Field
	// Edge are the fields of an edge besides the usual ones, over {t}.
	Edge map[string]Field

	// Owned says that the tag of the parent covers the set and its rows.
	Owned bool
	// Tags are fixed tags; with Covered they cover the rows too.
	Tags    []string
	Covered bool
	// Emit are further tags, SQL over {p}.
	Emit []string
	// Absent is the SQL of the tag that tells when a missing object comes to be.
	Absent string
	// Fault is SQL over {s} that names the argument at fault and what is wrong
	// with it, as "path: problem", or is null; {@arg} is an argument's path. Used
	// at the root alone.
	Fault string
	// Lasting is SQL over {t} that is true where the answer can never change.
	Lasting string
	// Check are rules for the arguments.
	Check []Rule
}

// Sort is an order of a page.
type Sort struct {
	Keys []Key
	Desc bool
}

// Key is one expression of an order; the last one of a sort is unique.
type Key struct {
	SQL  string
	Cast string
}

// Filter is how a filter input is turned into a condition.
type Filter struct {
	// Fields are conditions over {t} and the value {v|cast}, or {v.field|cast} of an input object, in words of
	// which an index finds the rows.
	Fields map[string]string
	// Finds are the fields that single out a few rows, which are found first and sorted then.
	Finds []string
	// Beginning is the one of them that says how a title or name begins, and Alphabet the order that goes by it. So
	// much begins with one letter that in any other order the list is read along it.
	Beginning, Alphabet string
	// Lane is the field by whose value some orders have an index each.
	Lane *Lane
	// Start is the field that says where in an order a list begins.
	Start *Start
	// Tags cover what the conditions read besides the rows.
	Tags []string
}

// Lane is a field of languages with an index of every order in Sorts that leads with the base of the row's language:
// where a filter asks for one language, the list is read along that.
type Lane struct {
	Field, SQL string
	Sorts      []string
}

// Start is a field whose least value Part is a place in the order Sort: nothing matches that lies before it but what
// Before finds. SQL is the condition of what lies at it or behind it.
type Start struct {
	Field, Part, Sort string
	SQL, Before       string
}

// Rule is a rule for the arguments of a field.
type Rule struct {
	// OneOf lists sets of arguments of which exactly one set is to be given, whole.
	OneOf [][]string
	// Arg, Min and Max bound an integer, the length of a list or the length of a string in code points.
	Arg      string
	Min, Max int
	// Unique wants the items of the list to differ.
	Unique bool
	// Differ names a second argument that must differ.
	Differ string
}
