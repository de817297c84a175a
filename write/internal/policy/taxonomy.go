package policy

import (
	"slices"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// taxonomy is what orders the library: tags, categories, and merges of what is there
// twice.
var taxonomy = slices.Concat(tags, categories, merges)

var tags = []Operation{
	{Name: "createTag", Role: identity.Contributor, Creates: true, Errors: plus(written, apperr.UserTaken)},
	{Name: "updateTag", Role: identity.Editor, Errors: plus(edited, apperr.UserTaken, apperr.UserCycle, apperr.UserInvalidState)},
	{Name: "tagSubject", Role: identity.Contributor, Errors: plus(written, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "untagSubject", Role: identity.Contributor, Object: owner("whoever put the tag there, or an editor,", identity.Editor),
		Errors: plus(written, apperr.UserDuplicate, apperr.UserForbidden)},
}

var categories = []Operation{
	{Name: "createCategory", Role: identity.Admin, Creates: true, Errors: plus(written, apperr.UserTaken, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "updateCategory", Role: identity.Admin, Errors: plus(edited, apperr.UserTaken, apperr.UserDuplicate, apperr.UserCycle, apperr.UserLimitReached)},
	{Name: "setCategories", Role: identity.Editor, Errors: plus(edited, apperr.UserDuplicate)},
}

var merges = []Operation{
	{Name: "mergeWorks", Role: identity.Editor, Sensitive: true, Creates: true, Patience: mergeTime, Errors: merging},
	{Name: "mergeAuthors", Role: identity.Editor, Sensitive: true, Creates: true, Patience: mergeTime, Errors: merging},
}

var merging = plus(edited, apperr.UserDuplicate, apperr.UserInvalidState, apperr.UserConflict)
