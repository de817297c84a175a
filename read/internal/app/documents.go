package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/operation/introspect"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/read/internal/store"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/pg"
)

// newRegistry loads all documents and proves that each can be run: parsed,
// validated, planned, and EXPLAINed by this database under this role.
func newRegistry(ctx context.Context, cfg Config, db *pg.DB, log zerolog.Logger, reg prometheus.Registerer) (*operation.Registry, error) {
	schema, err := document.Schema("schema.graphql", read.Schema)
	if err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	checker, err := document.NewChecker(schema, document.Limits{})
	if err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	shipped, err := shippedDocuments()
	if err != nil {
		return nil, err
	}
	return operation.New(ctx, operation.Config{
		Checker: checker, SchemaVersion: schemaVersion(), Compile: compile, Verify: explain(db),
		Mode: operation.Mode(cfg.Documents), Shipped: shipped, Paths: cfg.DocumentPaths,
		Table: operation.TableOf(db), Log: log, Metrics: reg,
	})
}

// schemaVersion keeps answers to an older schema from being given under a newer
// one: it is part of every key.
func schemaVersion() string {
	sum := sha256.Sum256([]byte(read.Schema))
	return hex.EncodeToString(sum[:4])
}

// compile makes the plan of a document, which is SQL unless it asks about the
// schema alone.
func compile(schema *ast.Schema, _ *ast.QueryDocument, op *ast.OperationDefinition) (operation.Compiled, error) {
	if introspect.Only(op) {
		return operation.Compiled{Plan: newSchemaPlan(schema, op), Policy: schemaPolicy}, nil
	}
	if f := schemaField(op.SelectionSet); f != nil {
		return operation.Compiled{}, errMixed.WithLocation(f.Position.Line, f.Position.Column)
	}
	p, err := plan.Compile(schema, op)
	if err != nil {
		return operation.Compiled{}, err
	}
	return operation.Compiled{Plan: p, Policy: store.PolicyOf(p)}, nil
}

// explain has the database plan every statement an operation may become.
func explain(db *pg.DB) operation.Verifier {
	return func(ctx context.Context, op *operation.Operation) error {
		p, ok := op.Plan().(*plan.Plan)
		if !ok {
			return nil
		}
		conn, err := db.Acquire(ctx)
		if err != nil {
			return pg.Error(err)
		}
		defer conn.Release()
		return pg.Error(store.Check(ctx, conn.Conn().PgConn(), p))
	}
}

// shippedDocuments are the operations as they are written and as the typed
// client sends them: the same questions with other white space, and so under
// other ids. Both are known by their hash.
func shippedDocuments() (fs.FS, error) {
	files := fstest.MapFS{}
	names, err := fs.Glob(read.Operations, "operations/*.graphql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := read.Operations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	var exported struct {
		Operations []struct{ OperationName, Query string }
	}
	if err := json.Unmarshal(read.Exported, &exported); err != nil {
		return nil, fmt.Errorf("the client's exported operations: %w", err)
	}
	if len(names) == 0 || len(exported.Operations) == 0 {
		return nil, errors.New("no documents are shipped with this build")
	}
	for _, op := range exported.Operations {
		files["client/"+op.OperationName+".graphql"] = &fstest.MapFile{Data: []byte(op.Query)}
	}
	return files, nil
}
