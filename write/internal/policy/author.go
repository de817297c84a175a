package policy

import (
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// authors are the mutations of authors and translators.
var authors = []Operation{
	{Name: "createAuthor", Role: identity.Contributor, Verified: true, Creates: true, Errors: plus(edited, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "updateAuthor", Role: identity.Editor, Errors: edited},
	{Name: "setAuthorNames", Role: identity.Editor, Errors: plus(edited, apperr.UserDuplicate)},
	{Name: "deleteAuthor", Role: identity.Admin, Sensitive: true, Errors: plus(edited, apperr.UserInvalidState)},
}
