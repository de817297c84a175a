package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/analysis"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// RequestAnalysis has a text analysed.
func (m mutations) RequestAnalysis(ctx context.Context, in model.RequestAnalysisInput) (*model.RequestAnalysisPayload, error) {
	load := func(ctx context.Context, id publicid.ID) (*model.AnalysisJob, error) {
		return analysis.Load(ctx, m.DB, id.UUID)
	}
	j, faults, err := run(ctx, m.Resolver, "requestAnalysis", in, analysis.Request, load)
	if err != nil {
		return nil, err
	}
	return &model.RequestAnalysisPayload{Job: j, UserErrors: faults}, nil
}
