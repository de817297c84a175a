package subject

// Link is a subject in a document: what it is and, while everybody can see it, what
// it is called. It wants the row of core.subjects by the name s.
const Link = opening + public + closing

// Inner is Link for those who see what is not published too: a draft has its name.
const Inner = opening + "coalesce(" + public + ", " + drafted + ")" + closing

const (
	opening = "jsonb_build_object('id', s.public_id, 'kind', s.kind, 'title', "
	closing = ")"

	public = `CASE s.kind
	WHEN 'WORK' THEN (SELECT v.title FROM view.work v WHERE v.id = s.id)
	WHEN 'EXPRESSION' THEN (SELECT v.title FROM view.expression v WHERE v.id = s.id)
	WHEN 'PERSON' THEN (SELECT v.name FROM view.person v WHERE v.id = s.id)
	WHEN 'USER' THEN (SELECT v.username FROM view.users_public v WHERE v.id = s.id)
	WHEN 'TAG' THEN (SELECT v.name FROM view.tag v WHERE v.id = s.id)
	WHEN 'CATEGORY' THEN (SELECT v.name FROM view.category v WHERE v.id = s.id)
	WHEN 'COLLECTION' THEN (SELECT v.title FROM view.collection v WHERE v.id = s.id) END`

	drafted = `CASE s.kind
	WHEN 'WORK' THEN (SELECT ` + TitleOfWork + ` FROM core.works d WHERE d.id = s.id AND d.deleted_at IS NULL)
	WHEN 'EXPRESSION' THEN (SELECT d.title FROM core.expressions d WHERE d.id = s.id AND d.deleted_at IS NULL)
	WHEN 'PERSON' THEN (SELECT ` + NameOfPerson + ` FROM core.persons d WHERE d.id = s.id AND d.deleted_at IS NULL) END`
)

// What a row d of core.works and of core.persons is called.
const (
	TitleOfWork = `(SELECT t.title FROM core.work_titles t WHERE t.work_id = d.id
		ORDER BY t.language <> d.original_language, t.title_kind <> 'PRIMARY', t.position LIMIT 1)`
	NameOfPerson = `(SELECT n.name FROM core.person_names n WHERE n.person_id = d.id ORDER BY n.name_kind <> 'PRIMARY', n.position LIMIT 1)`
)

// User is a member in a document; null for those who are gone. The id is a column.
func User(id string) string {
	return `(SELECT jsonb_build_object('id', u.public_id, 'username', u.username) FROM view.users_public u WHERE u.id = ` + id + `)`
}
