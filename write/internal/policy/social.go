package policy

import (
	"slices"
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// social is what readers do: collect, comment, like, bookmark, keep searches,
// report; and what editors do about it.
var social = slices.Concat(collections, comments, keeping, reports)

var collections = []Operation{
	{Name: "viewerCollections", Role: identity.Reader, Verified: true},
	{Name: "viewerCollectionItems", Role: identity.Reader, Verified: true, Object: Curators},
	{Name: "createCollection", Role: identity.Reader, Verified: true, Creates: true, Errors: plus(written, apperr.UserTaken, apperr.UserLimitReached)},
	{Name: "updateCollection", Role: identity.Reader, Verified: true, Object: Curators, Errors: plus(edited, apperr.UserForbidden, apperr.UserTaken, apperr.UserDuplicate)},
	{Name: "deleteCollection", Role: identity.Reader, Verified: true, Object: owner("the owner, or an admin,", identity.Admin), Errors: plus(edited, apperr.UserForbidden)},
	{Name: "addCollectionItem", Role: identity.Reader, Verified: true, Object: adders, Creates: true, Errors: plus(written, apperr.UserForbidden, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "approveCollectionItem", Role: identity.Reader, Verified: true, Object: Curators, Errors: plus(written, apperr.UserForbidden, apperr.UserInvalidState)},
	{Name: "moveCollectionItem", Role: identity.Reader, Verified: true, Object: Curators, Errors: plus(written, apperr.UserForbidden)},
	{Name: "removeCollectionItem", Role: identity.Reader, Verified: true, Object: Curators, Errors: plus(written, apperr.UserForbidden)},
}

var comments = []Operation{
	{Name: "viewerComments", Role: identity.Reader, Verified: true},
	{Name: "heldComments", Role: identity.Editor, Verified: true},
	{
		Name: "createComment", Role: identity.Reader, Verified: true, Creates: true, Errors: plus(written, apperr.UserInvalidState, apperr.UserLimitReached),
		Limits: []Limit{{Name: "comments-hour", Count: 30, Period: time.Hour}, {Name: "comments-minute", Count: 3, Period: time.Minute}},
	},
	{Name: "updateComment", Role: identity.Reader, Verified: true, Object: freshAuthor, Errors: plus(edited, apperr.UserForbidden)},
	{Name: "deleteComment", Role: identity.Reader, Verified: true, Object: owner("its author, or an editor,", identity.Editor), Errors: plus(written, apperr.UserForbidden)},
	{Name: "hideComment", Role: identity.Editor, Verified: true, Errors: plus(written, apperr.UserInvalidState)},
	{Name: "showComment", Role: identity.Editor, Verified: true, Errors: plus(written, apperr.UserInvalidState)},
}

// keeping is what nobody sees but who does it.
var keeping = []Operation{
	{Name: "viewerState", Role: identity.Reader, Verified: true},
	{Name: "viewerLikes", Role: identity.Reader, Verified: true},
	{Name: "like", Role: identity.Reader, Verified: true, Errors: []apperr.UserCode{apperr.UserNotFound}},
	{Name: "unlike", Role: identity.Reader, Verified: true, Errors: []apperr.UserCode{apperr.UserNotFound}},
	{Name: "viewerBookmarks", Role: identity.Reader, Verified: true},
	{Name: "createBookmark", Role: identity.Reader, Verified: true, Creates: true, Errors: plus(written, apperr.UserDuplicate)},
	{Name: "updateBookmark", Role: identity.Reader, Verified: true, Object: mine, Errors: plus(edited, apperr.UserDuplicate)},
	{Name: "deleteBookmark", Role: identity.Reader, Verified: true, Object: mine, Errors: []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound}},
	{Name: "viewerSearchPresets", Role: identity.Reader, Verified: true},
	{Name: "createSearchPreset", Role: identity.Reader, Verified: true, Creates: true, Errors: plus(written, apperr.UserTaken, apperr.UserLimitReached)},
	{Name: "updateSearchPreset", Role: identity.Reader, Verified: true, Object: mine, Errors: plus(edited, apperr.UserTaken)},
	{Name: "deleteSearchPreset", Role: identity.Reader, Verified: true, Object: mine, Errors: []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound}},
}

var reports = []Operation{
	{
		Name: "reportContent", Role: identity.Reader, Verified: true, Creates: true, Errors: plus(written, apperr.UserLimitReached),
		Limits: []Limit{{Name: "reports-day", Count: 20, Period: 24 * time.Hour}},
	},
	{Name: "resolveReport", Role: identity.Editor, Verified: true, Errors: plus(written, apperr.UserInvalidState)},
	{Name: "moderationQueue", Role: identity.Editor, Verified: true},
}

// written are the codes of anything that is written and has no version to compare.
var written = []apperr.UserCode{
	apperr.UserBlank, apperr.UserTooShort, apperr.UserTooLong, apperr.UserTooMany, apperr.UserInvalid, apperr.UserNotFound,
}

// mine is what its owner alone knows of.
var mine = Rule{"its owner", func(a *identity.Actor, o Object) Verdict {
	if a.UserID == o.Owner {
		return Allow
	}
	return unseen(o)
}}

// Curators are who may change what is in a collection.
var Curators = Rule{"the owner, an editor of the collection, or an admin", func(a *identity.Actor, o Object) Verdict {
	if a.UserID == o.Owner || a.Role >= identity.Admin || slices.Contains(o.Helpers, a.UserID) {
		return Allow
	}
	return unseen(o)
}}

// adders are who may put something into a collection, approved or not.
var adders = Rule{"the owner, a member, or anybody where the collection is open", func(a *identity.Actor, o Object) Verdict {
	if o.Open {
		return Allow
	}
	return Curators.Judge(a, o)
}}

// editable is how long authors may change what they have said.
const editable = 24 * time.Hour

// freshAuthor is the author of something new, or an editor.
var freshAuthor = Rule{"its author for 24 hours, or an editor,", func(a *identity.Actor, o Object) Verdict {
	switch {
	case a.Role >= identity.Editor || a.UserID == o.Owner && o.Age <= editable:
		return Allow
	case a.UserID == o.Owner:
		return Refuse
	}
	return unseen(o)
}}
