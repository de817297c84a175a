package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/report"
)

func changeReport[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.ReportPayload, error) {
	p, faults, err := run(ctx, r, name, in, body, r.report)
	if err != nil {
		return nil, err
	}
	return &model.ReportPayload{Report: p, UserErrors: faults}, nil
}

func (r *Resolver) report(ctx context.Context, id publicid.ID) (*model.Report, error) {
	return report.Load(ctx, r.DB, id.UUID)
}

// ReportContent reports something.
func (m mutations) ReportContent(ctx context.Context, in model.ReportContentInput) (*model.ReportPayload, error) {
	return changeReport(ctx, m.Resolver, "reportContent", in, report.Create)
}

// ResolveReport decides about a report.
func (m mutations) ResolveReport(ctx context.Context, in model.ResolveReportInput) (*model.ReportPayload, error) {
	return changeReport(ctx, m.Resolver, "resolveReport", in, report.Resolve)
}

// ModerationQueue lists reports.
func (q queries) ModerationQueue(ctx context.Context, filter *model.ReportFilter, first *int, after *string) (*model.ReportConnection, error) {
	if filter == nil {
		filter = &model.ReportFilter{Status: model.ReportStatusOpen}
	}
	p, err := listed(ctx, first, func(_ *identity.Actor, size int) (page.Page[model.Report], error) {
		return report.Queue(ctx, q.DB, *filter, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Report) model.ReportEdge { return model.ReportEdge{Cursor: c, Node: n} })
	return &model.ReportConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
