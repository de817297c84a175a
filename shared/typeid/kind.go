package typeid

// The kinds of subjects, as core.subjects.kind spells them.
const (
	Work         = "WORK"
	Expression   = "EXPRESSION"
	Person       = "PERSON"
	User         = "USER"
	Tag          = "TAG"
	Category     = "CATEGORY"
	Collection   = "COLLECTION"
	Comment      = "COMMENT"
	Alignment    = "ALIGNMENT"
	Contribution = "CONTRIBUTION"
)

// Kinds lists every kind.
func Kinds() []string {
	return []string{Work, Expression, Person, User, Tag, Category, Collection, Comment, Alignment, Contribution}
}

// Prefix names the prefix of a kind: Prefix("WORK") is "work".
func Prefix(kind string) (prefix string, known bool) {
	switch kind {
	case Work:
		return "work", true
	case Expression:
		return "expr", true
	case Person:
		return "prsn", true
	case User:
		return "user", true
	case Tag:
		return "tag", true
	case Category:
		return "cat", true
	case Collection:
		return "coll", true
	case Comment:
		return "cmnt", true
	case Alignment:
		return "algn", true
	case Contribution:
		return "ctrb", true
	}
	return "", false
}

// Kind names the kind behind a prefix: Kind("work") is "WORK".
func Kind(prefix string) (kind string, known bool) {
	switch prefix {
	case "work":
		return Work, true
	case "expr":
		return Expression, true
	case "prsn":
		return Person, true
	case "user":
		return User, true
	case "tag":
		return Tag, true
	case "cat":
		return Category, true
	case "coll":
		return Collection, true
	case "cmnt":
		return Comment, true
	case "algn":
		return Alignment, true
	case "ctrb":
		return Contribution, true
	}
	return "", false
}
