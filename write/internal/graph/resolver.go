package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/views"
)

// Resolver has what the resolvers lean on.
type Resolver struct {
	Runner *command.Runner
	DB     command.Reader // the primary: editors read what they have just written

	Accounts      *account.Accounts
	Views         *views.Counter
	Contributions *contribution.Desk
}

// Mutation has the mutations.
func (r *Resolver) Mutation() MutationResolver { return mutations{r} }

// Query has the queries.
func (r *Resolver) Query() QueryResolver { return queries{r} }

type (
	mutations struct{ *Resolver }
	queries   struct{ *Resolver }
)

// changes is a command that answers the id of what it changed.
type changes[In any] = command.Body[In, publicid.ID]

// run runs a command and loads what it changed.
func run[In, Object any](ctx context.Context, r *Resolver, name string, in In, body changes[In],
	load func(context.Context, publicid.ID) (*Object, error),
) (*Object, []model.UserError, error) {
	id, faults, err := command.Run(ctx, r.Runner, name, in, body)
	if err != nil || len(faults) > 0 {
		return nil, userErrors(faults), err
	}
	object, err := load(ctx, id)
	return object, userErrors(nil), err
}

// userErrors are faults as the schema has them.
func userErrors(faults command.Faults) []model.UserError {
	out := make([]model.UserError, len(faults))
	for i, f := range faults {
		out[i] = model.UserError{Code: model.UserErrorCode(f.Code), Field: f.Field, Message: f.Message, Params: []model.Param{}}
		for name, value := range f.Params {
			out[i].Params = append(out[i].Params, model.Param{Name: name, Value: value})
		}
	}
	return out
}

// deleted is the payload of a command that deletes.
func deleted[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.DeletedPayload, error) {
	id, faults, err := command.Run(ctx, r.Runner, name, in, body)
	if err != nil || len(faults) > 0 {
		return &model.DeletedPayload{UserErrors: userErrors(faults)}, err
	}
	return &model.DeletedPayload{DeletedID: &id, UserErrors: userErrors(nil)}, nil
}
