package policy

import (
	"slices"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// operators are the operations of whoever looks after accounts and the service.
var operators = slices.Concat(members, service, persisted)

var members = []Operation{
	{Name: "members", Role: identity.Admin, Verified: true},
	{Name: "auditLog", Role: identity.Admin, Verified: true},
	{Name: "setUserRoles", Role: identity.Admin, Verified: true, Sensitive: true, Object: others,
		Errors: plus(edited, apperr.UserForbidden, apperr.UserInvalidState, apperr.UserDuplicate)},
	{Name: "suspendUser", Role: identity.Admin, Verified: true, Sensitive: true, Object: others,
		Errors: plus(written, apperr.UserForbidden, apperr.UserInvalidState)},
	{Name: "unsuspendUser", Role: identity.Admin, Verified: true, Sensitive: true,
		Errors: []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound, apperr.UserInvalidState}},
}

var service = []Operation{
	{Name: "jobs", Role: identity.Admin, Verified: true},
	{Name: "purgeCache", Role: identity.Admin, Verified: true, Sensitive: true,
		Errors: []apperr.UserCode{apperr.UserTooShort, apperr.UserTooMany, apperr.UserInvalid, apperr.UserDuplicate}},
	{Name: "rebuildReadModels", Role: identity.Admin, Verified: true, Sensitive: true,
		Errors: []apperr.UserCode{apperr.UserTooMany, apperr.UserInvalid, apperr.UserDuplicate, apperr.UserInvalidState}},
}

// persisted documents are compiled by every reader: who may add to them is known.
var persisted = []Operation{
	{
		Name: "registerDocument", Role: identity.Editor, Verified: true, Creates: true,
		Limits: []Limit{{Name: "documents-hour", Count: 100, Period: time.Hour}},
		Errors: plus(written, apperr.UserInvalidState, apperr.UserLimitReached),
	},
	{Name: "retireDocument", Role: identity.Editor, Verified: true, Object: registrar,
		Errors: plus(written, apperr.UserForbidden, apperr.UserInvalidState)},
}

// others are accounts that are not the caller's own.
var others = Rule{"another admin", func(a *identity.Actor, o Object) Verdict {
	if a.UserID == o.Owner {
		return Refuse
	}
	return Allow
}}

// registrar is whoever registered a document, or an admin.
var registrar = owner("whoever registered it, or an admin,", identity.Admin)
