package policy

import (
	"slices"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// table is put together from the areas, each in a file of its own.
var table = slices.Concat(works, authors, social, texts, contributions, accounts, taxonomy, counting, operators)

// edited are the codes of any change of something that has versions.
var edited = []apperr.UserCode{
	apperr.UserBlank, apperr.UserTooShort, apperr.UserTooLong, apperr.UserTooMany, apperr.UserInvalid, apperr.UserNotFound, apperr.UserStaleVersion,
}

func plus(codes []apperr.UserCode, more ...apperr.UserCode) []apperr.UserCode {
	return slices.Concat(codes, more)
}

// works are the mutations of works.
var works = []Operation{
	{Name: "editable", Role: identity.Contributor, Object: Drafts},
	{Name: "createWork", Role: identity.Contributor, Verified: true, Creates: true, Body: textBody, Errors: plus(edited, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "updateWork", Role: identity.Editor, Errors: edited},
	{Name: "setWorkTitles", Role: identity.Editor, Errors: plus(edited, apperr.UserDuplicate)},
	{Name: "setWorkContributors", Role: identity.Editor, Errors: plus(edited, apperr.UserDuplicate)},
	{Name: "publishWork", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState, apperr.UserRightsUnresolved)},
	{Name: "unpublishWork", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState)},
	{Name: "deleteWork", Role: identity.Editor, Sensitive: true, Object: untranslated, Errors: plus(edited, apperr.UserForbidden)},
	{Name: "restoreWork", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState, apperr.UserTaken)},
	{Name: "revertWork", Role: identity.Editor, Errors: edited},
}

// untranslated works may be deleted by an editor, others by an admin alone.
var untranslated = Rule{"an admin, or an editor while nothing is translated,", func(a *identity.Actor, o Object) Verdict {
	if a.Role >= identity.Admin || !o.Children {
		return Allow
	}
	return Refuse
}}
