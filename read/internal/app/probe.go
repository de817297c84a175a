package app

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/cache"
	"github.com/tercul/tercul/read/internal/catalog"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/read/internal/probe"
)

// clock is what the caches believe.
func (r *Reader) clock() cache.Clock {
	if r.cfg.believe != nil {
		return r.cfg.believe(r.follower.Clock())
	}
	return r.follower.Clock()
}

// newProber compares what the chain's caches have with the database, over a
// connection of its own.
func newProber(r *Reader, c *chain) (*probe.Prober, error) {
	return probe.New(probe.Config{
		Rate: r.cfg.Probe, Delays: r.cfg.probeDelays, Limit: r.cfg.HTTP.Timeout, Cached: c.peek, Keep: again,
		Connect: func(ctx context.Context) (*pgx.Conn, error) { return pgx.ConnectConfig(ctx, r.db.Config().ConnConfig) },
		Origin:  func(conn *pgx.Conn) answer.Source { return newOrigin(conn, r.follower.Clock()) },
		Log:     r.log, Metrics: r.metrics,
	})
}

// peek is what the layers above the database would answer; nil for nothing.
func (c *chain) peek(ctx context.Context, q *answer.Query) *answer.Entry {
	if e := c.l1.Peek(q); e != nil || c.l2 == nil {
		return e
	}
	return c.l2.Peek(ctx, q)
}

// maxProbed is the longest text of variables of a question that is remembered.
const maxProbed = 2 << 10

// again is a question that can be asked at any later time, without who asked it; nil
// for one that is long, or whose answers change without an announcement or need no
// database.
func again(q *answer.Query) *answer.Query {
	op, ok := q.Op.(*operation.Operation)
	variables := operation.Canonical(q)
	if !ok || len(variables) > maxProbed || strings.Contains(variables, `"`+catalog.PopularOrder+`"`) {
		return nil
	}
	if _, planned := op.Plan().(*plan.Plan); !planned || expires(op.Document().Operation) {
		return nil
	}
	vars, ok := q.Vars.(*operation.Vars)
	if !ok {
		return nil
	}
	own := *vars
	return &answer.Query{Op: q.Op, Vars: &own, Key: q.Key, Enc: q.Enc}
}

// expires tells whether a document shows, or may be ordered by, what changes without
// an announcement.
func expires(op *ast.OperationDefinition) bool {
	for _, v := range op.VariableDefinitions {
		if v.DefaultValue != nil && v.DefaultValue.Raw == catalog.PopularOrder {
			return true
		}
	}
	return expiring(op.SelectionSet)
}

func expiring(set ast.SelectionSet) bool {
	for _, s := range set {
		found := false
		switch s := s.(type) {
		case *ast.Field:
			found = s.ObjectDefinition != nil && catalog.Expires(s.ObjectDefinition.Name, s.Name) || popular(s.Arguments) || expiring(s.SelectionSet)
		case *ast.InlineFragment:
			found = expiring(s.SelectionSet)
		case *ast.FragmentSpread:
			found = expiring(s.Definition.SelectionSet)
		}
		if found {
			return true
		}
	}
	return false
}

func popular(arguments ast.ArgumentList) bool {
	for _, a := range arguments {
		if a.Value != nil && a.Value.Raw == catalog.PopularOrder {
			return true
		}
	}
	return false
}
