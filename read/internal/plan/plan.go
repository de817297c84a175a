package plan

import (
	"fmt"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/shared/input"
)

// Plan is a compiled operation. It is immutable and safe for concurrent use.
type Plan struct {
	// Name of the operation, for logs.
	Name string
	// Tags that every answer of the operation bears.
	Tags []string
	// MaxAge is how long an answer stays fresh in shared caches.
	MaxAge time.Duration
	// StaleWhileRevalidate is how long it may be served while a new one is fetched.
	StaleWhileRevalidate time.Duration
	// Lasting is how long an answer that can never change in what was asked for may
	// stay in shared caches: a day, or the shortest time of what else it holds.
	// Counters, which nothing purges, have only their time.
	Lasting time.Duration

	roots   []rootField
	sorts   []string
	stretch int
	shapes  shapes
}

// Statement is a plan bound to a request: one SQL statement of one row with the
// columns data, tags, fault, missing, lasting, xmin.
type Statement struct {
	SQL  string
	Args []any
}

type rootField struct {
	key   string
	cond  condition
	fixed string
	rel   *relNode
	// nullable: a null here is an object that does not exist.
	nullable bool
}

// Compiler compiles the documents of a schema. It is safe for concurrent use.
type Compiler struct {
	schema  *ast.Schema
	types   *input.Types
	stretch int
}

const day = 24 * time.Hour

// NewCompiler readies a schema.
func NewCompiler(schema *ast.Schema) (*Compiler, error) {
	types, err := input.New(schema, input.Limits{})
	if err != nil {
		return nil, err
	}
	return &Compiler{schema, types, stretch}, nil
}

// WithStretch is a compiler whose lists are read along their order for so many rows
// before what matches is found by itself: few, to have small libraries show both.
func (k *Compiler) WithStretch(rows int) *Compiler {
	return &Compiler{k.schema, k.types, rows}
}

// Compile compiles a validated query. Introspection is not its business.
func (k *Compiler) Compile(op *ast.OperationDefinition) (*Plan, error) {
	if op.Operation != ast.Query {
		return nil, fmt.Errorf("only queries can be planned, not a %s", op.Operation)
	}
	c := &compiler{Compiler: k, tags: map[string]bool{}}
	fields, err := c.collect([]conditional{{set: op.SelectionSet}}, k.schema.Query)
	if err != nil {
		return nil, err
	}
	p := &Plan{Name: op.Name, stretch: k.stretch}
	for _, s := range fields {
		root, err := c.root(s)
		if err != nil {
			return nil, err
		}
		p.roots = append(p.roots, root)
	}
	p.Tags = sortedKeys(c.tags)
	p.MaxAge = time.Duration(c.policy.maxAge) * time.Second
	p.StaleWhileRevalidate = time.Duration(c.policy.staleWhileRevalidate) * time.Second
	p.Lasting = day
	if c.beside.set {
		p.Lasting = min(day, time.Duration(c.beside.maxAge)*time.Second)
	}
	p.sorts = c.sorts
	return p, nil
}

func (c *compiler) root(s *selected) (rootField, error) {
	f, err := c.field("Query", s, catalog.Objects["Query"].Fields, true)
	if err != nil {
		return rootField{}, err
	}
	return rootField{
		key: f.key, cond: f.cond, fixed: f.fixed, rel: f.rel,
		nullable: !s.field.Definition.Type.NonNull,
	}, nil
}

// Bind writes the statement for the variables of a request. Its errors are the
// caller's, coded, with the field at fault.
func (p *Plan) Bind(vars map[string]any) (Statement, error) {
	w := &writer{vars: vars, stretch: p.stretch}
	known := p.shapes.find(vars)
	if known == nil {
		w.shape.sql = p.write(w)
		known = &w.shape
	}
	args := known.values(w)
	if w.err != nil {
		return Statement{}, w.err
	}
	w.vars = nil // a text that is kept keeps no request's values
	if known == &w.shape && !w.once {
		p.shapes.add(known)
	}
	return Statement{known.sql, args}, nil
}

// Samples are statements which together hold every part that any request may
// bring about, for EXPLAIN. Their parameters have no values.
func (p *Plan) Samples() ([]string, error) {
	var out []string
	writers := []*writer{{sample: true}, {sample: true, full: true}}
	for _, name := range p.sorts {
		writers = append(writers, &writer{sample: true, sort: name}, &writer{sample: true, full: true, sort: name})
	}
	for _, w := range writers {
		w.stretch = p.stretch
		text := p.write(w)
		if w.err != nil {
			return nil, w.err
		}
		out = append(out, text)
	}
	return out, nil
}

// write writes the whole statement.
func (p *Plan) write(w *writer) string {
	var joins string
	var columns, tags, faults, missing, lasting []string
	for i := range p.roots {
		r := &p.roots[i]
		if !w.holds(r.cond) {
			continue
		}
		if r.rel == nil {
			columns = append(columns, r.fixed+` AS "`+r.key+`"`)
			continue
		}
		join, alias := w.relation(r.rel, "", true)
		joins += join
		columns = append(columns, alias+`.j AS "`+r.key+`"`)
		tags = append(tags, w.rootTags(r.rel, alias))
		if len(r.rel.fault) > 0 {
			faults = append(faults, alias+".f")
		}
		if r.nullable {
			missing = append(missing, alias+".j IS NULL")
		}
		if len(r.rel.lasting) > 0 {
			lasting = append(lasting, "coalesce("+alias+".l, false)")
		} else {
			lasting = append(lasting, "false")
		}
	}
	data := "'{}'::json"
	if len(columns) > 0 {
		data = `row_to_json("o#")`
		joins += " CROSS JOIN LATERAL (SELECT " + strings.Join(columns, ", ") + `) "o#"`
	}
	return "SELECT " + data + " AS data, " + concat(tags) + " AS tags, " +
		concatLines(faults) + " AS fault, " + any1(missing, " OR ", "false") + " AS missing, " +
		any1(lasting, " AND ", "false") + " AS lasting, pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin" +
		" FROM (SELECT 1) one" + joins
}

// rootTags are the tags of a root field; where the object is missing, the tag
// that will tell when it comes to be.
func (w *writer) rootTags(r *relNode, alias string) string {
	if len(r.absent) == 0 {
		return alias + ".t"
	}
	return "CASE WHEN " + alias + ".j IS NULL THEN " + w.write(r.absent, &site{args: r.args}) + " ELSE " + alias + ".t END"
}

func concatLines(faults []string) string {
	if len(faults) == 0 {
		return "NULL::text"
	}
	return "nullif(concat_ws(E'\\n', " + strings.Join(faults, ", ") + "), '')"
}

func any1(parts []string, op, none string) string {
	if len(parts) == 0 {
		return none
	}
	return strings.Join(parts, op)
}
