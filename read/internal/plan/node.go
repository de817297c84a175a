package plan

import (
	"github.com/tercul/tercul/read/internal/catalog"
)

// objectNode is a compiled selection on an object type.
type objectNode struct {
	fields []fieldNode
	// tag is written where the row must be covered by its own tag.
	tag   template
	emits bool
}

// fieldNode is one response key of an object.
type fieldNode struct {
	key  string
	cond condition
	// exactly one of these
	sql   template
	fixed string // SQL that needs no row
	rel   *relNode

	args map[string]argument
	emit []template
}

// relNode is a compiled nested selection.
type relNode struct {
	rel     *catalog.Rel
	field   string // Type.field, for cursors and messages
	args    map[string]argument
	rules   []rule
	nonNull []string

	scope, scopeWhere, scopeTag template
	from, where, order, limit   template
	sift, except                template
	emit                        []template
	absent, fault, lasting      template
	filter                      *filterNode

	node rowNode   // One and Many
	page *pageNode // Page
}

// rowNode writes the JSON of a row: of one type, or of one of several.
type rowNode struct {
	object *objectNode
	// kinds are the types an abstract row may be of.
	kinds []*relNode
}

// pageNode is a compiled selection on a connection.
type pageNode struct {
	rel       *catalog.Rel
	items     []pageItem
	sortArg   *argument
	sortNames []string
	sorts     map[string][]template
	first     *argument
	after     *argument
	filter    *filterNode
}

type pageItemKind int

const (
	pageNodes pageItemKind = iota
	pageEdges
	pageInfoItem
	pageTotal
	pageTotalRelation
	pageField
)

// pageItem is one response key of a connection.
type pageItem struct {
	key   string
	cond  condition
	kind  pageItemKind
	node  rowNode    // nodes
	edge  []edgeItem // edges
	info  []infoItem // pageInfo
	field fieldNode  // anything else
}

type edgeItem struct {
	key    string
	cond   condition
	cursor bool
	node   *rowNode
	field  fieldNode
}

type infoItem struct {
	key  string
	cond condition
	sql  string // over pg; endCursor is made from the last row
}
