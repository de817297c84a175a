package analysis

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/analysis/measure"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Load tells how far the analysis of a text's current revision is.
func Load(ctx context.Context, db command.Reader, expression uuid.UUID) (*model.AnalysisJob, error) {
	return command.Load[model.AnalysisJob](ctx, db, document, expression, measure.Version, kind)
}

// document is the state of an analysis: done where its row is there, else what the
// last job for it has come to.
const document = `SELECT jsonb_build_object('expressionId', core.typeid('EXPRESSION', e.id), 'revision', e.text_revision, 'analyzer', $2::int,
	'state', CASE WHEN a.analyzer IS NOT NULL THEN 'DONE' WHEN j.state = 'running' THEN 'RUNNING' WHEN j.state IN ('discarded', 'cancelled') THEN 'FAILED' ELSE 'QUEUED' END,
	'requestedAt', j.created_at, 'finishedAt', coalesce(a.analyzed_at, j.finalized_at))
FROM core.expressions e
LEFT JOIN core.text_analyses a ON a.expression_id = e.id AND a.revision = e.text_revision AND a.analyzer = $2 AND a.language = e.language
LEFT JOIN LATERAL (SELECT r.state::text, r.created_at, r.finalized_at FROM jobs.river_job r
	WHERE r.kind = $3 AND r.args @> jsonb_build_object('expression', e.id, 'revision', e.text_revision, 'analyzer', $2::int) ORDER BY r.id DESC LIMIT 1) j ON true
WHERE e.id = $1`
