package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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
	compiler, err := plan.NewCompiler(schema)
	if err != nil {
		return nil, fmt.Errorf("the schema: %w", err)
	}
	// The operations as they are written and as the typed client sends them: the
	// same questions with other white space, and so under other ids.
	exported, err := document.ParseManifest("client", string(read.Exported))
	if err != nil {
		return nil, fmt.Errorf("the client's exported operations: %w", err)
	}
	return operation.New(ctx, operation.Config{
		Checker: checker, SchemaVersion: schemaVersion(cfg.PublicURL), Compile: compileWith(compiler), Verify: explain(db),
		Mode: operation.Mode(cfg.Documents), Shipped: read.Operations, Entries: exported, Paths: cfg.DocumentPaths,
		Table: operation.TableOf(db), Poll: cfg.documentsPoll, Log: log, Metrics: reg,
	})
}

// schemaVersion keeps answers to an older schema from being given under a newer
// one, and links to an older address: it is part of every key.
func schemaVersion(publicURL string) string {
	sum := sha256.Sum256([]byte(read.Schema + "\x00" + publicURL))
	return hex.EncodeToString(sum[:4])
}

// compileWith makes the plan of a document, which is SQL unless it asks about
// the schema alone.
func compileWith(compiler *plan.Compiler) operation.Compiler {
	return func(schema *ast.Schema, _ *ast.QueryDocument, op *ast.OperationDefinition) (operation.Compiled, error) {
		if introspect.Only(op) {
			return operation.Compiled{Plan: newSchemaPlan(schema, op), Policy: schemaPolicy}, nil
		}
		if f := schemaField(op.SelectionSet); f != nil {
			return operation.Compiled{}, errMixed.WithLocation(f.Position.Line, f.Position.Column)
		}
		p, err := compiler.Compile(op)
		if err != nil {
			return operation.Compiled{}, err
		}
		return operation.Compiled{Plan: p, Policy: store.PolicyOf(p)}, nil
	}
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
