package graph

import (
	"context"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/rights"
)

// SetRights states the rights in a work or a text.
func (m mutations) SetRights(ctx context.Context, in model.SetRightsInput) (*model.RightsPayload, error) {
	key, faults, err := command.Run(ctx, m.Runner, "setRights", in, rights.Set)
	if err != nil || len(faults) > 0 {
		return &model.RightsPayload{UserErrors: userErrors(faults)}, err
	}
	r, err := rights.Load(ctx, m.DB, key)
	return &model.RightsPayload{Rights: r, UserErrors: userErrors(nil)}, err
}
