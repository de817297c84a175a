package graph

import (
	"context"
	"time"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/stats"
	"github.com/tercul/tercul/write/internal/views"
)

// RecordView counts a view. It is no command: it changes nothing in the database now.
func (m mutations) RecordView(ctx context.Context, in model.RecordViewInput) (*model.RecordViewPayload, error) {
	a := identity.From(ctx)
	m.Views.Record(ctx, views.Visit{Subject: in.SubjectID, Client: a.IP, UserAgent: a.UserAgent})
	return &model.RecordViewPayload{Ok: true, UserErrors: userErrors(nil)}, nil
}

// WorkAnalytics tells how a work was read.
func (q queries) WorkAnalytics(ctx context.Context, workID publicid.ID, from, to time.Time, grain model.Grain) (*model.AnalyticsSeries, error) {
	span := stats.Span{From: from, To: to, Grain: grain}
	return stats.Series(ctx, q.DB, identity.From(ctx), workID, span, q.Runner.Now())
}
