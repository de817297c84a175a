package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/auditlog"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/member"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/publicid"
)

func changeMember[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.MemberPayload, error) {
	p, faults, err := run(ctx, r, name, in, body, func(ctx context.Context, id publicid.ID) (*model.Member, error) {
		return member.Load(ctx, r.DB, id.UUID)
	})
	if err != nil {
		return nil, err
	}
	return &model.MemberPayload{Member: p, UserErrors: faults}, nil
}

// SetUserRoles sets what an account may do.
func (m mutations) SetUserRoles(ctx context.Context, in model.SetUserRolesInput) (*model.MemberPayload, error) {
	return changeMember(ctx, m.Resolver, "setUserRoles", in, member.SetRoles)
}

// SuspendUser closes an account.
func (m mutations) SuspendUser(ctx context.Context, in model.SuspendUserInput) (*model.MemberPayload, error) {
	return changeMember(ctx, m.Resolver, "suspendUser", in, member.Suspend)
}

// UnsuspendUser opens an account again.
func (m mutations) UnsuspendUser(ctx context.Context, in model.UnsuspendUserInput) (*model.MemberPayload, error) {
	return changeMember(ctx, m.Resolver, "unsuspendUser", in, member.Unsuspend)
}

// Members lists accounts.
func (q queries) Members(ctx context.Context, filter *model.MemberFilter, sort model.MemberSort, first *int, after *string) (*model.MemberConnection, error) {
	if filter == nil {
		filter = &model.MemberFilter{}
	}
	p, err := listed(ctx, first, func(_ *identity.Actor, size int) (page.Page[model.Member], error) {
		return member.List(ctx, q.DB, *filter, sort, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.Member) model.MemberEdge { return model.MemberEdge{Cursor: c, Node: n} })
	return &model.MemberConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}

// AuditLog lists what was done.
func (q queries) AuditLog(ctx context.Context, filter model.AuditFilter, first *int, after *string) (*model.AuditConnection, error) {
	p, err := listed(ctx, first, func(_ *identity.Actor, size int) (page.Page[model.AuditEntry], error) {
		return auditlog.List(ctx, q.DB, filter, size, after)
	})
	if err != nil {
		return nil, err
	}
	edges := edgesOf(p, func(c string, n model.AuditEntry) model.AuditEdge { return model.AuditEdge{Cursor: c, Node: n} })
	return &model.AuditConnection{Nodes: p.Nodes, Edges: edges, PageInfo: infoOf(p)}, nil
}
