package subject

// Link is a subject in a document: what it is and, while everybody can see it, what
// it is called. It wants the row of core.subjects by the name s.
const Link = `jsonb_build_object('id', s.public_id, 'kind', s.kind, 'title', CASE s.kind
	WHEN 'WORK' THEN (SELECT v.title FROM view.work v WHERE v.id = s.id)
	WHEN 'EXPRESSION' THEN (SELECT v.title FROM view.expression v WHERE v.id = s.id)
	WHEN 'PERSON' THEN (SELECT v.name FROM view.person v WHERE v.id = s.id)
	WHEN 'USER' THEN (SELECT v.username FROM view.users_public v WHERE v.id = s.id)
	WHEN 'TAG' THEN (SELECT v.name FROM view.tag v WHERE v.id = s.id)
	WHEN 'CATEGORY' THEN (SELECT v.name FROM view.category v WHERE v.id = s.id)
	WHEN 'COLLECTION' THEN (SELECT v.title FROM view.collection v WHERE v.id = s.id) END)`

// User is a member in a document; null for those who are gone. The id is a column.
func User(id string) string {
	return `(SELECT jsonb_build_object('id', u.public_id, 'username', u.username) FROM view.users_public u WHERE u.id = ` + id + `)`
}
