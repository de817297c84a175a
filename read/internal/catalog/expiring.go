package catalog

// PopularOrder is the order of a list that follows its readers. Popularity moves
// without an announcement.
const PopularOrder = "POPULAR"

// expiring are the fields whose values may change without an announcement, by their
// objects; docs/data-model.md says why.
var expiring = map[string]map[string]bool{
	"Query":       {"stats": true, "trending": true, "popular": true, "relatedWorks": true, "translationGaps": true},
	"Work":        {"stats": true, "related": true},
	"Translation": {"stats": true}, "Author": {"stats": true}, "Collection": {"stats": true},
	"Comment": {"likeCount": true},
}

// Expires tells whether a field's values may change without an announcement: then
// answers that show it are renewed when they expire, and not before.
func Expires(object, field string) bool { return expiring[object][field] }
