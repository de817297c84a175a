package policy

import (
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// contributions are what members propose, and what reviewers and editors do about it.
var contributions = []Operation{
	{Name: "contribution", Role: identity.Reader, Verified: true, Object: Proposals},
	{Name: "contributions", Role: identity.Reader, Verified: true},
	{Name: "contributionDiff", Role: identity.Reader, Verified: true, Object: Proposals},
	{Name: "reviewQueue", Role: identity.Reviewer, Verified: true},
	{Name: "viewerContributions", Role: identity.Reader, Verified: true},
	{Name: "drafts", Role: identity.Contributor, Verified: true},

	{Name: "createContribution", Role: identity.Reader, Verified: true, Creates: true, Body: patchBody, Errors: plus(proposed, apperr.UserLimitReached)},
	{Name: "updateContribution", Role: identity.Reader, Verified: true, Object: proposer, Body: patchBody, Errors: proposed},
	{Name: "submitContribution", Role: identity.Contributor, Verified: true, Object: proposer, Errors: proposed},
	{Name: "withdrawContribution", Role: identity.Reader, Verified: true, Object: proposer,
		Errors: []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound, apperr.UserForbidden, apperr.UserInvalidState}},
	{Name: "assignContribution", Role: identity.Reviewer, Verified: true, Object: submitted,
		Errors: []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound, apperr.UserForbidden, apperr.UserInvalidState, apperr.UserSelfReview, apperr.UserLanguageNotHeld}},
	{Name: "reviewContribution", Role: identity.Reviewer, Verified: true, Object: submitted, SensitiveWhen: opens,
		Errors: plus(edited, apperr.UserInvalidState, apperr.UserSelfReview, apperr.UserLanguageNotHeld)},
	{Name: "applyContribution", Role: identity.Editor, Verified: true, Object: submitted, SensitiveWhen: opens,
		Errors: plus(edited, apperr.UserInvalidState)},
}

// patchBody is the most bytes of a request with a patch of 2 MB: JSON may spell a
// character in several bytes more.
const patchBody = 8 << 20

// proposed are the codes of a proposal: those of the command that it proposes.
var proposed = plus(described, apperr.UserStaleRevision, apperr.UserForbidden)

var proposer = Rule{"its author", mine.Judge}

// submitted is what reviewers see: everything but what is still its author's alone.
var submitted = Rule{"whoever sees it: a reviewer, once it was submitted", func(_ *identity.Actor, o Object) Verdict {
	if o.Public {
		return Allow
	}
	return Hide
}}

// Proposals are seen by their authors, and by reviewers once they were submitted.
var Proposals = Rule{"its author, or a reviewer once it was submitted", func(a *identity.Actor, o Object) Verdict {
	if a.SignedIn() && a.UserID == o.Owner {
		return Allow
	}
	return submitted.Judge(a, o)
}}
