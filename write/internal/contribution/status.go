package contribution

import (
	"slices"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
)

// Short names of the states.
const (
	draft      = model.ContributionStatusDraft
	submitted  = model.ContributionStatusSubmitted
	inReview   = model.ContributionStatusInReview
	changes    = model.ContributionStatusChangesRequested
	approved   = model.ContributionStatusApproved
	applied    = model.ContributionStatusApplied
	rejected   = model.ContributionStatusRejected
	withdrawn  = model.ContributionStatusWithdrawn
	conflicted = model.ContributionStatusConflicted
)

// allowed says in which states each operation finds a contribution.
var allowed = map[string][]model.ContributionStatus{
	"updateContribution":   {draft, changes, conflicted},
	"submitContribution":   {draft, changes},
	"withdrawContribution": {draft, submitted, inReview, changes, approved, conflicted},
	"assignContribution":   {submitted, inReview},
	"reviewContribution":   {submitted, inReview},
	"applyContribution":    {approved},
}

// standing checks that the operation can be done in this state.
func (c *held) standing(tx *command.Tx) error {
	if slices.Contains(allowed[tx.Operation.Name], c.status) {
		return nil
	}
	return tx.Stop(apperr.UserInvalidState, "id", "A contribution that is "+string(c.status)+" does not allow that.", "status", string(c.status))
}
