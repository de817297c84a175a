package policy

import (
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// texts are the mutations of translations and original texts, and what is asked and
// done about alignments and rights.
var texts = []Operation{
	{Name: "createTranslation", Role: identity.Contributor, Verified: true, SensitiveWhen: opens, Creates: true, Body: textBody, Errors: plus(described, apperr.UserLimitReached)},
	{Name: "updateTranslation", Role: identity.Contributor, Object: Claimed, Errors: plus(described, apperr.UserForbidden)},
	{Name: "publishTranslation", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState, apperr.UserRightsUnresolved)},
	{Name: "unpublishTranslation", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState)},
	{Name: "deleteTranslation", Role: identity.Editor, Sensitive: true, Errors: edited},
	{Name: "restoreTranslation", Role: identity.Editor, Errors: plus(edited, apperr.UserInvalidState, apperr.UserDuplicate)},

	{Name: "setText", Role: identity.Contributor, Object: Claimed, Body: textBody, Errors: plus(aligned, apperr.UserForbidden)},
	{Name: "revertText", Role: identity.Editor, Errors: aligned},

	{Name: "alignment", Role: identity.Contributor},
	{Name: "alignments", Role: identity.Contributor},
	{Name: "upsertAlignment", Role: identity.Contributor, Object: readable, Creates: true, Body: groupBody, Errors: aligned},
	{Name: "approveAlignment", Role: identity.Reviewer, Object: readable,
		Errors: plus(edited, apperr.UserInvalidState, apperr.UserSelfReview, apperr.UserLanguageNotHeld)},

	{Name: "requestAnalysis", Role: identity.Contributor, Object: readableText, Errors: plus(written, apperr.UserInvalidState),
		Limits: []Limit{{Name: "analyses-hour", Count: 20, Period: time.Hour}}},

	{Name: "setRights", Role: identity.Editor, SensitiveWhen: opens, Errors: edited},
}

const opens = "when it opens what was not open"

var (
	described = plus(edited, apperr.UserDuplicate, apperr.UserCycle, apperr.UserInvalidState)
	aligned   = plus(edited, apperr.UserDuplicate, apperr.UserStaleRevision, apperr.UserInvalidState)
)

// readableText is the same of one text.
var readableText = Rule{"whoever can see the text", readable.Judge}

// readable is what everybody can read, or the caller may see as its maker, its
// translator or an editor.
var readable = Rule{"whoever can see both texts", func(a *identity.Actor, o Object) Verdict {
	if o.Public || a.Role >= identity.Editor {
		return Allow
	}
	return Hide
}}
