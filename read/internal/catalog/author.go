package catalog

var author = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.person", "PERSON"),
	Fields: map[string]Field{
		"id": column("public_id"), "slug": column("slug"), "redirectedFrom": redirected,
		"name": localized("names_by_language", "name"), "sortName": column("sort_name"),
		"names": nested(Rel{
			Shape: Many, To: "AuthorName", Covered: true,
			From: "jsonb_to_recordset({p}.names) AS {t}(language text, name text, kind text)",
		}),
		"kind": column("person_kind"), "birth": column("birth_edtf"), "death": column("death_edtf"),
		"birthYear": column("birth_year"), "deathYear": column("death_year"), "floruit": column("floruit"),
		"birthPlace": column("birth_place"), "deathPlace": column("death_place"),
		"country": nested(Rel{
			To: "Country", From: "view.country {t}", Where: "{t}.code = {p}.country_code", Tags: []string{"ref"}, Covered: true,
		}),
		"bio": column("bio"), "isAuthor": column("is_author"), "isTranslator": column("is_translator"),
		"languages": column("languages"), "workCount": column("work_count"), "translationCount": column("translation_count"),
		// OFFSET 0 has PostgreSQL find the few rows of one person first and sort them. Left to itself it takes every
		// person for one with half a percent of the library, and reads the library in order until it has met enough.
		"works": nested(page(Rel{
			To: "Work", From: "(SELECT w.* FROM view.work w WHERE w.author_ids @> ARRAY[{p}.id] OFFSET 0) {t}",
			Sorts: workSorts, SortArg: "sort", Owned: true,
		}, 100)),
		"translations": nested(page(Rel{
			To: "Translation", From: "(SELECT e.* FROM view.expression e WHERE e.translator_ids @> ARRAY[{p}.id] OFFSET 0) {t}",
			Sorts: translationSorts, SortArg: "sort", Owned: true,
		}, 100)),
		"externalIds": externalIDs, "stats": statsOf, "comments": commentsOf,
		"updatedAt": timestamp("{t}.updated_at"), "version": column("version"),
	},
}

var authorName = &Object{Fields: map[string]Field{
	"language": column("language"), "name": column("name"), "kind": column("kind"),
}}

var authorSorts = map[string]Sort{
	"NAME":         {Keys: []Key{{"{t}.sort_name", "text"}, byID}},
	"BIRTH":        {Keys: []Key{{"coalesce({t}.birth_year, 32767)", "int"}, byID}},
	"POPULAR":      popular,
	"WORKS":        {Keys: []Key{{"{t}.work_count", "int"}, byID}, Desc: true},
	"TRANSLATIONS": {Keys: []Key{{"{t}.translation_count", "int"}, byID}, Desc: true},
}

var authorFilter = &Filter{Finds: []string{"ids", "namePrefix"}, Beginning: "namePrefix", Alphabet: "NAME", Fields: map[string]string{
	"ids":             "{t}.id = ANY (" + survivors("{v|uuids:PERSON}") + ")",
	"country":         "{t}.country_code = ANY ({v|text[]})",
	"language":        overlapsLanguages("{t}.languages"),
	"kind":            "{t}.person_kind = ANY ({v|text[]})",
	"lived":           "coalesce({t}.death_year, {t}.birth_year) >= coalesce({v.from|int}, -32768) AND coalesce({t}.birth_year, {t}.death_year) <= coalesce({v.to|int}, 32767)",
	"namePrefix":      "{t}.id IN (SELECT k.person_id FROM view.person_name_key k WHERE " + begins("k.key") + ")",
	"minWorks":        "{t}.work_count >= {v|int}",
	"minTranslations": "{t}.translation_count >= {v|int}",
}}
