package difftest

import (
	"sort"
	"strings"
)

func sorted(rows []Row, o order) []Row {
	sort.SliceStable(rows, func(i, j int) bool { return o.less(rows[i], rows[j]) })
	return rows
}

func init() { //nolint:gochecknoinits // a table of the test's own
	columns("Work", "id=public_id", "slug", "literatureType=literature_type", "created=created_edtf", "yearFrom=year_from", "yearTo=year_to",
		"description", "seriesPosition=series_position", "translationCount=translation_count", "translationLanguages=translation_languages",
		"rightsClass=rights_class", "version")
	times("Work", "publishedAt=published_at", "updatedAt=updated_at")
	set("Work", map[string]resolver{
		"title": localized("titles_by_language", "title"), "titles": records("Title", "titles"), "originalLanguage": languageOf("original_language"),
		"contributors": records("WorkContributor", "contributors"), "authors": people("author_ids"), "series": link("Series", "series", "series_id"),
		"original": link("Translation", "expression", "original_id"), "tags": members("Tag", "tag", "tag_ids", by(key("name"), key("id"))),
		"categories": members("Category", "category", "category_ids", by(key("path"))), "rights": rightsOfWork, "externalIds": records("ExternalId", "external_ids"),
		"stats": stats, "comments": comments("Work.comments"), "redirectedFrom": asked,
		"translations": func(in *Interpreter, o Object, args Args) any {
			rows := in.Lib.All("expression", func(r Row) bool {
				return same(r["work_id"], o.Row["id"]) && r["kind"] != "ORIGINAL" && (args["languages"] == nil || inLanguage(r["language"], list(args["languages"])))
			})
			quality := func(r Row) any { return -num(r["quality"]) }
			return in.page("TranslationConnection", "Translation", "1:Work.translations:", rows, by(key("language"), quality, key("id")), args, nil)
		},
	})
	columns("WorkContributor", "role", "creditedAs", "certainty")
	set("WorkContributor", map[string]resolver{"author": link("Author", "person", "person")})
	columns("Title", "language", "title", "subtitle", "kind")
	columns("ExternalId", "scheme", "value")
	columns("Series", "slug", "title", "language")
	set("Series", map[string]resolver{"works": func(in *Interpreter, o Object, args Args) any {
		rows := in.Lib.All("work", func(r Row) bool { return same(r["series_id"], o.Row["id"]) })
		return in.page("WorkConnection", "Work", "1:Series.works:", rows, by(keyOr("series_position", 2147483647), key("id")), args, nil)
	}})
	expressions()
	persons()
	taxonomy()
	social()
	analyses()
	roots()
}

func set(typ string, fields map[string]resolver) {
	for name, r := range fields {
		resolvers[typ+"."+name] = r
	}
}

func asked(_ *Interpreter, o Object, _ Args) any { return o.Asked }

func expressions() {
	columns("Translation", "id=public_id", "slug", "kind", "title", "subtitle", "sourceLanguage=source_language", "relay", "origin", "completeness",
		"form", "quality", "year", "notes", "provenance", "sourceUrl=source_url", "credit", "rightsClass=rights_class", "lineCount=line_count",
		"readableLines=readable_lines", "charCount=char_count", "textRevision=text_revision", "version")
	times("Translation", "publishedAt=published_at", "updatedAt=updated_at")
	set("Translation", map[string]resolver{
		"ref": func(_ *Interpreter, o Object, _ Args) any {
			return o.Row["work_slug"].(string) + "/" + o.Row["slug"].(string)
		},
		"work": link("Work", "work", "work_id"), "language": languageOf("language"), "translators": people("translator_ids"),
		"contributors": records("TranslationContributor", "contributors"), "source": link("Translation", "expression", "source_id"),
		"license": link("License", "license", "license_id"), "rights": rightsOfText, "stats": stats, "comments": comments("Translation.comments"),
		"redirectedFrom": asked,
		"units": func(in *Interpreter, o Object, _ Args) any {
			rows := in.Lib.All("text_unit", func(r Row) bool { return same(r["expression_id"], o.Row["id"]) })
			return objects("TextUnit", sorted(rows, by(key("ordinal"), key("id"))))
		},
		"alignments": func(in *Interpreter, o Object, _ Args) any {
			out := []Object{}
			pairs := in.Lib.All("alignment_pair", func(r Row) bool { return same(r["expression_id"], o.Row["id"]) })
			for _, p := range sorted(pairs, by(key("alignment_id"))) {
				a := Row{"other": p["other_id"]}
				for k, v := range in.Lib.One("alignment", "id", p["alignment_id"]) {
					a[k] = v
				}
				out = append(out, Object{Type: "Alignment", Row: a})
			}
			return out
		},
		"text": func(in *Interpreter, o Object, args Args) any { return in.text("Translation.text", o.Row, args) },
	})
	columns("TranslationContributor", "role", "creditedAs")
	set("TranslationContributor", map[string]resolver{"author": link("Author", "person", "person")})
	columns("TextUnit", "ref", "kind", "label", "position=ordinal")
	columns("TextLine", "key=line_key", "ref", "position=seq", "kind", "unit=unit_ref", "speaker", "stanzaStart=stanza_start", "content")
	columns("Alignment", "id=public_id", "method", "status", "confidence")
	set("Alignment", map[string]resolver{"with": link("Translation", "expression", "other")})
	set("TextLineConnection", map[string]resolver{
		"translation": func(_ *Interpreter, o Object, _ Args) any { return Object{Type: "Translation", Row: o.Up} },
		"revision":    func(_ *Interpreter, o Object, _ Args) any { return o.Up["text_revision"] },
	})
}

func analyses() {
	columns("TextAnalysis", "revision", "analyzer", "language", "detectedLanguage=detected_language", "coverage")
	times("TextAnalysis", "analyzedAt=analyzed_at")
	set("TextAnalysis", map[string]resolver{
		"translation": link("Translation", "expression", "expression_id"), "measures": records("TextMeasure", "measures"),
		"keywords": records("Keyword", "keywords"), "stanzas": records("StanzaForm", "stanzas"),
	})
	columns("TextMeasure", "name", "value", "method", "reason")
	set("TextMeasure", map[string]resolver{"status": func(_ *Interpreter, o Object, _ Args) any {
		if o.Row["value"] == nil {
			return "UNSUPPORTED"
		}
		return "MEASURED"
	}})
	columns("Keyword", "term", "score", "frequency")
	columns("StanzaForm", "lines", "scheme")
	set("Query", map[string]resolver{"analysis": func(in *Interpreter, _ Object, args Args) any {
		e := in.Lib.One("expression", "public_id", in.Lib.Survivor(args["expressionId"]))
		if e == nil {
			return nil
		}
		revision := e["text_revision"]
		if args["revision"] != nil {
			revision = args["revision"]
		}
		for _, a := range in.Lib.All("text_analysis", func(r Row) bool { return same(r["expression_id"], e["id"]) && same(r["revision"], revision) }) {
			return Object{Type: "TextAnalysis", Row: a}
		}
		return nil
	}})
}

func (in *Interpreter) text(field string, e Row, args Args) Object {
	lines := in.Lib.All("text_line", func(r Row) bool { return same(r["expression_id"], e["id"]) })
	from, to := 1.0, 1e9
	for _, l := range lines {
		if l["ref"] == args["from"] {
			from = num(l["seq"])
		}
		if l["ref"] == args["to"] {
			to = num(l["seq"])
		}
	}
	var kept []Row
	for _, l := range lines {
		if n := num(l["seq"]); n >= from && n <= to {
			kept = append(kept, l)
		}
	}
	return in.page("TextLineConnection", "TextLine", "1:"+field+":", kept, by(key("seq")), args, e)
}

func persons() {
	columns("Author", "id=public_id", "slug", "sortName=sort_name", "kind=person_kind", "birth=birth_edtf", "death=death_edtf", "birthYear=birth_year",
		"deathYear=death_year", "floruit", "birthPlace=birth_place", "deathPlace=death_place", "bio", "isAuthor=is_author", "isTranslator=is_translator",
		"languages", "workCount=work_count", "translationCount=translation_count", "version")
	times("Author", "updatedAt=updated_at")
	set("Author", map[string]resolver{
		"name": localized("names_by_language", "name"), "names": records("AuthorName", "names"), "redirectedFrom": asked,
		"country": func(in *Interpreter, o Object, _ Args) any {
			return Object{Type: "Country", Row: in.Lib.One("country", "code", o.Row["country_code"])}
		},
		"works":        works("Author.works", func(o Object, w Row) bool { return holds(list(w["author_ids"]), o.Row["id"]) }),
		"translations": translations("Author.translations", func(o Object, e Row) bool { return holds(list(e["translator_ids"]), o.Row["id"]) }),
		"externalIds":  records("ExternalId", "external_ids"), "stats": stats, "comments": comments("Author.comments"),
	})
	columns("AuthorName", "language", "name", "kind")
}

func taxonomy() {
	columns("Tag", "id=public_id", "slug", "name", "kind", "synonyms", "usageCount=usage_count")
	set("Tag", map[string]resolver{"works": works("Tag.works", func(o Object, w Row) bool { return holds(list(w["tag_ids"]), o.Row["id"]) })})
	columns("Category", "id=public_id", "path", "slug", "kind", "depth", "workCount=work_count")
	set("Category", map[string]resolver{
		"name": localized("names_by_language", "name"), "names": records("CategoryName", "names"), "parent": link("Category", "category", "parent_id"),
		"ancestors": members("Category", "category", "ancestor_ids", by(key("depth"))),
		"children": func(in *Interpreter, o Object, _ Args) any {
			rows := in.Lib.All("category", func(r Row) bool { return same(r["parent_id"], o.Row["id"]) })
			return objects("Category", sorted(rows, by(key("ordinal"), key("path"))))
		},
		"works": works("Category.works", func(o Object, w Row) bool { return holds(list(w["category_path_ids"]), o.Row["id"]) }),
	})
	columns("CategoryName", "language", "name")
	columns("Language", "tag", "iso639=iso639_3", "script", "direction", "name", "nativeName=native_name", "workCount=work_count", "translationCount=translation_count")
	columns("Country", "code", "iso3", "name")
	columns("License", "id", "name", "url", "open", "allowsDerivatives=allows_derivatives", "allowsCommercial=allows_commercial",
		"requiresAttribution=requires_attribution", "shareAlike=share_alike")
	columns("RightsStatement", "jurisdiction", "status", "holder", "statementUri=statement_uri", "publicDomainFrom=public_domain_from", "basis", "evidenceUrl=evidence_url")
	times("RightsStatement", "determinedAt=determined_at")
	set("RightsStatement", map[string]resolver{"license": link("License", "license", "license_id")})
}

func social() {
	columns("PublicUser", "id=public_id", "username", "displayName=display_name", "bio", "website", "joinedOn=joined_on", "contributionCount=contribution_count")
	set("PublicUser", map[string]resolver{
		"languages": func(_ *Interpreter, o Object, _ Args) any {
			if o.Row["languages"] == nil {
				return []any{}
			}
			return o.Row["languages"]
		},
		"private": func(_ *Interpreter, o Object, _ Args) any { return o.Row["visibility"] != "PUBLIC" },
		"collections": func(in *Interpreter, o Object, args Args) any {
			rows := in.Lib.All("collection", func(r Row) bool { return same(r["owner_id"], o.Row["id"]) && r["visibility"] == "PUBLIC" })
			return in.page("CollectionConnection", "Collection", "1:PublicUser.collections:", rows, by(key("updated_at"), key("id")).down(), args, nil)
		},
	})
	columns("Collection", "id=public_id", "slug", "title", "description", "visibility", "curation", "itemCount=item_count")
	times("Collection", "createdAt=created_at", "updatedAt=updated_at")
	set("Collection", map[string]resolver{
		"owner": link("PublicUser", "users_public", "owner_id"), "stats": stats,
		"items": func(in *Interpreter, o Object, args Args) any {
			rows := in.Lib.All("collection_item", func(r Row) bool { return same(r["collection_id"], o.Row["id"]) })
			return in.page("CollectionItemConnection", "CollectionItem", "1:Collection.items:", rows, by(key("rank"), key("subject_id")), args, nil)
		},
	})
	columns("CollectionItem", "note")
	times("CollectionItem", "addedAt=added_at")
	subject := func(in *Interpreter, o Object, _ Args) any { return in.node(o.Row["subject_id"]) }
	set("CollectionItem", map[string]resolver{"subject": subject})
	columns("Comment", "id=public_id", "body", "depth", "anchorRef=anchor_ref", "anchorRevision=anchor_revision", "replyCount=reply_count", "likeCount=like_count")
	times("Comment", "createdAt=created_at", "editedAt=edited_at")
	public := func(column string) resolver {
		return func(in *Interpreter, o Object, _ Args) any {
			if c := in.Lib.One("comment", "id", o.Row[column]); c != nil {
				return c["public_id"]
			}
			return nil
		}
	}
	set("Comment", map[string]resolver{
		"subject": subject, "author": link("PublicUser", "users_public", "author_id"), "parentId": public("parent_id"), "rootId": public("root_id"),
		"deleted": func(_ *Interpreter, o Object, _ Args) any { return o.Row["status"] == "DELETED" },
		"replies": func(in *Interpreter, o Object, _ Args) any {
			rows := sorted(in.Lib.All("comment", func(r Row) bool { return same(r["parent_id"], o.Row["id"]) }), by(key("path")))
			return objects("Comment", rows[:min(3, len(rows))])
		},
	})
	columns("SubjectStats", "subjectId", "views", "likes", "bookmarks", "comments", "collections")
	times("SubjectStats", "asOf=as_of")
	columns("Revision", "number", "kind", "message", "lineCount=line_count")
	times("Revision", "createdAt=created_at")
	set("Revision", map[string]resolver{"actor": link("PublicUser", "users_public", "actor_id")})
}

func one(typ, relation, kind string) resolver {
	return func(in *Interpreter, _ Object, args Args) any {
		if id := args["id"]; id != nil {
			if now := in.Lib.Survivor(id); !same(now, id) {
				return Object{Type: typ, Row: in.Lib.One(relation, "public_id", now), Asked: id}
			}
			return Object{Type: typ, Row: in.Lib.One(relation, "public_id", id)}
		}
		for _, s := range in.Lib.All("slug", func(s Row) bool { return s["kind"] == kind && same(s["slug"], args["slug"]) }) {
			return Object{Type: typ, Row: in.Lib.One(relation, "id", s["subject_id"])}
		}
		return nil
	}
}

func roots() {
	yes := func(Object, Row) bool { return true }
	person := func(column, field string) resolver {
		return func(in *Interpreter, _ Object, args Args) any {
			rows := in.filtered(in.Lib.All("person", func(r Row) bool { return r[column] == true }), args["filter"], authorLeaves)
			return in.page("AuthorConnection", "Author", "1:Query."+field+":"+args.text("sort"), rows, authorOrders[args.text("sort")], args, nil)
		}
	}
	set("Query", map[string]resolver{
		"work": one("Work", "work", "WORK"), "author": one("Author", "person", "PERSON"), "tag": one("Tag", "tag", "TAG"),
		"works":        works("Query.works", yes),
		"translations": translations("Query.translations", func(_ Object, e Row) bool { return e["kind"] != "ORIGINAL" }),
		"authors":      person("is_author", "authors"), "translators": person("is_translator", "translators"),
		"translation": func(in *Interpreter, o Object, args Args) any {
			return one("Translation", "expression", "EXPRESSION")(in, o, args)
		},
		"node": func(in *Interpreter, _ Object, args Args) any { return in.node(args["id"]) },
		"nodes": func(in *Interpreter, _ Object, args Args) any {
			out := []Object{}
			for _, id := range list(args["ids"]) {
				out = append(out, in.node(id))
			}
			return out
		},
		"category": func(in *Interpreter, _ Object, args Args) any {
			return Object{Type: "Category", Row: in.Lib.One("category", "path", args["path"])}
		},
		"categories": func(in *Interpreter, _ Object, args Args) any {
			rows := in.Lib.All("category", func(r Row) bool {
				return num(r["depth"]) < num(args["depth"]) && (args["kind"] == nil || r["kind"] == args["kind"])
			})
			return objects("Category", sorted(rows, by(key("path"))))
		},
		"tags": func(in *Interpreter, _ Object, args Args) any {
			o := map[string]order{
				"USAGE": by(key("usage_count"), key("id")).down(),
				"NAME":  by(func(r Row) any { return strings.ToLower(r["name"].(string)) }, key("id")),
			}[args.text("sort")]
			rows := in.filtered(in.Lib.All("tag", nil), args["filter"], tagLeaves)
			return in.page("TagConnection", "Tag", "1:Query.tags:"+args.text("sort"), rows, o, args, nil)
		},
		"languages": func(in *Interpreter, _ Object, args Args) any {
			rows := in.Lib.All("language", func(r Row) bool { return args["used"] != true || num(r["work_count"])+num(r["translation_count"]) > 0 })
			return objects("Language", sorted(rows, by(key("tag"))))
		},
		"countries": func(in *Interpreter, _ Object, _ Args) any {
			return objects("Country", sorted(in.Lib.All("country", nil), by(key("name"), key("code"))))
		},
		"licenses": func(in *Interpreter, _ Object, _ Args) any {
			return objects("License", sorted(in.Lib.All("license", nil), by(key("id"))))
		},
		"user": func(in *Interpreter, _ Object, args Args) any {
			return Object{Type: "PublicUser", Row: in.Lib.One("users_public", "username_canonical", strings.ToLower(args.text("username")))}
		},
		"stats": func(in *Interpreter, _ Object, args Args) any {
			out := []Object{}
			for _, id := range list(args["subjectIds"]) {
				now := in.Lib.Survivor(id)
				out = append(out, in.statsOf(now, in.Lib.One("subject", "public_id", now)["id"]))
			}
			return out
		},
		"text": func(in *Interpreter, _ Object, args Args) any {
			e := in.Lib.One("expression", "public_id", in.Lib.Survivor(args["expressionId"]))
			if e == nil {
				return nil
			}
			return in.text("Query.text", e, args)
		},
		"comments": func(in *Interpreter, _ Object, args Args) any {
			s := in.Lib.One("subject", "public_id", in.Lib.Survivor(args["subjectId"]))
			if s == nil {
				return nil
			}
			return comments("Query.comments")(in, Object{Row: s}, args)
		},
		"collections": func(in *Interpreter, _ Object, args Args) any {
			o := map[string]order{
				"POPULAR": by(key("popularity"), key("id")).down(), "UPDATED": by(key("updated_at"), key("id")).down(),
				"TITLE": by(func(r Row) any { return strings.ToLower(r["title"].(string)) }, key("id")),
			}[args.text("sort")]
			rows := in.filtered(in.Lib.All("collection", func(r Row) bool { return r["visibility"] == "PUBLIC" }), args["filter"], collectionLeaves)
			return in.page("CollectionConnection", "Collection", "1:Query.collections:"+args.text("sort"), rows, o, args, nil)
		},
	})
}
