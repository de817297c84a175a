package catalog

var tag = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.tag", "TAG"),
	Fields: map[string]Field{
		"id": column("public_id"), "slug": column("slug"), "name": column("name"), "kind": column("kind"),
		"synonyms": column("synonyms"), "usageCount": counted("usage_count", "count:tag"),
		"works": nested(page(Rel{
			To: "Work", From: "view.work {t}", Sift: "{t}.tag_ids @> ARRAY[{p}.id]",
			Sorts: workSorts, SortArg: "sort", Tags: []string{"list:work"}, Covered: true,
		}, 100)),
	},
}

var category = &Object{
	Tag:  "{t}.public_id",
	ByID: byKind("view.category", "CATEGORY"),
	Fields: map[string]Field{
		"id": column("public_id"), "path": column("path"), "slug": column("slug"), "kind": column("kind"),
		"name": localized("names_by_language", "name"),
		"names": nested(Rel{
			Shape: Many, To: "CategoryName", Covered: true, From: "jsonb_to_recordset({p}.names) AS {t}(language text, name text)",
		}),
		"parent": nested(Rel{To: "Category", From: "view.category {t}", Where: "{t}.id = {p}.parent_id"}),
		"ancestors": nested(Rel{
			Shape: Many, To: "Category", From: "view.category {t}", Where: "{t}.id = ANY ({p}.ancestor_ids)", Order: "{t}.depth",
		}),
		"children": nested(Rel{
			Shape: Many, To: "Category", From: "view.category {t}", Where: "{t}.parent_id = {p}.id",
			Order: "{t}.ordinal, {t}.path", Tags: []string{"list:cat"}, Covered: true,
		}),
		"depth": column("depth"), "workCount": counted("work_count", "count:cat"),
		"works": nested(page(Rel{
			To: "Work", From: "view.work {t}", Sift: "{t}.category_path_ids @> ARRAY[{p}.id]",
			Sorts: workSorts, SortArg: "sort", Tags: []string{"list:work"}, Covered: true,
		}, 100)),
	},
}

var categoryName = &Object{Fields: map[string]Field{"language": column("language"), "name": column("name")}}

var language = &Object{Fields: map[string]Field{
	"tag": column("tag"), "iso639": column("iso639_3"), "script": column("script"), "direction": column("direction"),
	"name": column("name"), "nativeName": column("native_name"),
	"workCount": counted("work_count", "count:language"), "translationCount": counted("translation_count", "count:language"),
}}

var country = &Object{Fields: map[string]Field{"code": column("code"), "iso3": column("iso3"), "name": column("name")}}

var license = &Object{Fields: map[string]Field{
	"id": column("id"), "name": column("name"), "url": column("url"), "open": column("open"),
	"allowsDerivatives": column("allows_derivatives"), "allowsCommercial": column("allows_commercial"),
	"requiresAttribution": column("requires_attribution"), "shareAlike": column("share_alike"),
}}

var rights = &Object{Fields: map[string]Field{
	"jurisdiction": column("jurisdiction"), "status": column("status"),
	"license": nested(Rel{
		To: "License", From: "view.license {t}", Where: "{t}.id = {p}.license_id", Tags: []string{"ref"}, Covered: true,
	}),
	"holder": column("holder"), "statementUri": column("statement_uri"), "publicDomainFrom": column("public_domain_from"),
	"basis": column("basis"), "evidenceUrl": column("evidence_url"), "determinedAt": timestamp("{t}.determined_at"),
}}

var revision = &Object{Fields: map[string]Field{
	"number": column("number"), "kind": column("kind"), "message": column("message"),
	"actor":     nested(Rel{To: "PublicUser", From: "view.users_public {t}", Where: "{t}.id = {p}.actor_id", Tags: []string{"list:user"}}),
	"lineCount": column("line_count"), "createdAt": timestamp("{t}.created_at"),
}}
