package catalog

// commentsOf are the comments on the parent's row that are no replies.
var commentsOf = nested(page(Rel{
	To: "Comment", From: "view.comment {t}", Where: "{t}.subject_id = {p}.id AND {t}.depth = 0",
	Sorts: commentSorts, SortArg: "sort", Emit: []string{"'comments:' || {p}.public_id"}, Covered: true,
}, 50))

var commentSorts = map[string]Sort{
	"NEWEST": {Keys: []Key{{"{t}.created_at", "timestamptz"}, byID}, Desc: true},
	"OLDEST": {Keys: []Key{{"{t}.created_at", "timestamptz"}, byID}},
}

var comment = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.comment", "COMMENT"),
	Fields: map[string]Field{
		"id": column("public_id"), "subject": subjectOf("subject_id"),
		"author":  nested(Rel{To: "PublicUser", From: "view.users_public {t}", Where: "{t}.id = {p}.author_id"}),
		"body":    column("body"),
		"deleted": {SQL: "{t}.status = 'DELETED'"},
		// The ids of the thread never change, so their rows need no tags.
		"parentId": {SQL: "(SELECT c.public_id FROM view.comment c WHERE c.id = {t}.parent_id)"},
		"rootId":   {SQL: "(SELECT c.public_id FROM view.comment c WHERE c.id = {t}.root_id)"},
		"depth":    column("depth"), "anchorRef": column("anchor_ref"), "anchorRevision": column("anchor_revision"),
		"replyCount": column("reply_count"),
		"replies": nested(Rel{
			Shape: Many, To: "Comment", From: "view.comment {t}", Where: "{t}.parent_id = {p}.id AND {t}.root_id = {p}.root_id",
			Order: "{t}.path", Limit: "3", Covered: true,
			Emit: []string{"'comments:' || (SELECT c.public_id FROM view.comment c WHERE c.id = {p}.root_id)"},
		}),
		"likeCount": column("like_count"), "createdAt": timestamp("{t}.created_at"), "editedAt": timestamp("{t}.edited_at"),
	},
}

var user = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.users_public", "USER"),
	Fields: map[string]Field{
		"id": column("public_id"), "username": column("username"), "displayName": column("display_name"),
		"bio": column("bio"), "website": column("website"), "languages": {SQL: "coalesce({t}.languages, '[]'::jsonb)"},
		"private":  {SQL: "{t}.visibility <> 'PUBLIC'"},
		"joinedOn": column("joined_on"), "contributionCount": column("contribution_count"),
		"collections": nested(page(Rel{
			To: "Collection", From: "view.collection {t}", Where: "{t}.owner_id = {p}.id AND {t}.visibility = 'PUBLIC'",
			Sorts: map[string]Sort{"": collectionSorts["UPDATED"]}, Owned: true,
		}, 50)),
	},
}

var collection = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.collection", "COLLECTION"),
	Fields: map[string]Field{
		"id": column("public_id"), "slug": column("slug"), "title": column("title"), "description": column("description"),
		"owner":      nested(Rel{To: "PublicUser", From: "view.users_public {t}", Where: "{t}.id = {p}.owner_id"}),
		"visibility": column("visibility"), "curation": column("curation"), "itemCount": column("item_count"),
		"items": nested(page(Rel{
			To: "CollectionItem", From: "view.collection_item {t}", Where: "{t}.collection_id = {p}.id",
			Sorts: map[string]Sort{"": {Keys: []Key{{"{t}.rank", "text"}, {"{t}.subject_id", "uuid"}}}}, Owned: true,
		}, 100)),
		"stats":     statsOf,
		"createdAt": timestamp("{t}.created_at"), "updatedAt": timestamp("{t}.updated_at"),
	},
}

var collectionItem = &Object{Fields: map[string]Field{
	"subject": subjectOf("subject_id"), "note": column("note"), "addedAt": timestamp("{t}.added_at"),
}}

var collectionSorts = map[string]Sort{
	"POPULAR": popular,
	"UPDATED": {Keys: []Key{{"{t}.updated_at", "timestamptz"}, byID}, Desc: true},
	"TITLE":   {Keys: []Key{{"lower({t}.title)", "text"}, byID}},
}

var collectionFilter = &Filter{Finds: []string{"owner", "containing", "titlePrefix"}, Fields: map[string]string{
	"owner":       "{t}.owner_id = (SELECT u.id FROM view.users_public u WHERE u.username_canonical = lower({v|text}))",
	"containing":  "{t}.id IN (SELECT i.collection_id FROM view.collection_item i WHERE i.subject_id = " + unmerged("{v|uuid}") + ")",
	"titlePrefix": begins("view.sort_key({t}.title) COLLATE \"C\""),
}}

var stats = &Object{Fields: map[string]Field{
	"subjectId": column("public_id"),
	"views":     {SQL: "coalesce({t}.views, 0)"}, "likes": {SQL: "coalesce({t}.likes, 0)"},
	"bookmarks": {SQL: "coalesce({t}.bookmarks, 0)"}, "comments": {SQL: "coalesce({t}.comments, 0)"},
	"collections": {SQL: "coalesce({t}.collections, 0)"}, "asOf": timestamp("{t}.as_of"),
}}
