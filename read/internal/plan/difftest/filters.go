package difftest

import "strings"

// inLanguage: a tag without subtags stands for all that begin with it.
func inLanguage(tag any, wanted []any) bool {
	s, ok := tag.(string)
	if !ok {
		return false
	}
	base, _, _ := strings.Cut(s, "-")
	return holds(wanted, s) || holds(wanted, base)
}

func anyLanguage(tags, wanted []any) bool {
	for _, t := range tags {
		if inLanguage(t, wanted) {
			return true
		}
	}
	return false
}

type leaf func(in *Interpreter, r Row, v any) bool

// filtered keeps the rows that a filter lets through.
func (in *Interpreter) filtered(rows []Row, filter any, leaves map[string]leaf) []Row {
	f, ok := filter.(map[string]any)
	if !ok {
		return rows
	}
	var out []Row
	for _, r := range rows {
		if in.passes(r, f, leaves) {
			out = append(out, r)
		}
	}
	return out
}

func (in *Interpreter) passes(r Row, f map[string]any, leaves map[string]leaf) bool {
	for name, v := range f {
		if v == nil {
			continue
		}
		switch name {
		case "and":
			for _, item := range list(v) {
				if !in.passes(r, item.(map[string]any), leaves) {
					return false
				}
			}
		case "or":
			found := false
			for _, item := range list(v) {
				found = found || in.passes(r, item.(map[string]any), leaves)
			}
			if !found {
				return false
			}
		case "not":
			if in.passes(r, v.(map[string]any), leaves) {
				return false
			}
		default:
			if !leaves[name](in, r, v) {
				return false
			}
		}
	}
	return true
}

// within tells whether a stretch of years meets a range; unknown years do not.
func within(from, to any, v any) bool {
	if from == nil {
		return false
	}
	if to == nil {
		to = from
	}
	r, _ := v.(map[string]any)
	return (r["from"] == nil || num(to) >= num(r["from"])) && (r["to"] == nil || num(from) <= num(r["to"]))
}

func oneOf(column string) leaf {
	return func(_ *Interpreter, r Row, v any) bool { return holds(list(v), r[column]) }
}

func atLeast(column string) leaf {
	return func(_ *Interpreter, r Row, v any) bool { return num(r[column]) >= num(v) }
}

// ids turns public ids into the ids of rows.
func (in *Interpreter) ids(v any) []any {
	var out []any
	for _, id := range in.Lib.survivors(v) {
		if s := in.Lib.One("subject", "public_id", id); s != nil {
			out = append(out, s["id"])
		}
	}
	return out
}

func hasAny(column string) leaf {
	return func(in *Interpreter, r Row, v any) bool { return overlap(list(r[column]), in.ids(v)) }
}

// prefixed looks through all names of a row.
func prefixed(keys, of string) leaf {
	return func(in *Interpreter, r Row, v any) bool {
		prefix := in.Lib.Fold(v.(string))
		return prefix != "" && in.Lib.All(keys, func(k Row) bool { return same(k[of], r["id"]) && strings.HasPrefix(k["key"].(string), prefix) }) != nil
	}
}

// begins looks at one column.
func begins(column string) leaf {
	return func(in *Interpreter, r Row, v any) bool {
		prefix := in.Lib.Fold(v.(string))
		return prefix != "" && strings.HasPrefix(in.Lib.Fold(r[column].(string)), prefix)
	}
}

func isOne(column string) leaf {
	return func(in *Interpreter, r Row, v any) bool { return holds(in.Lib.survivors(v), r[column]) }
}

var workLeaves = map[string]leaf{
	"ids":              isOne("public_id"),
	"originalLanguage": func(_ *Interpreter, r Row, v any) bool { return inLanguage(r["original_language"], list(v)) },
	"translatedInto":   func(_ *Interpreter, r Row, v any) bool { return anyLanguage(list(r["translation_languages"]), list(v)) },
	"literatureType":   oneOf("literature_type"), "author": hasAny("author_ids"), "rights": oneOf("rights_class"),
	"series":          func(_ *Interpreter, r Row, v any) bool { return same(r["series_slug"], v) },
	"year":            func(_ *Interpreter, r Row, v any) bool { return within(r["year_from"], r["year_to"], v) },
	"minTranslations": atLeast("translation_count"), "titlePrefix": prefixed("work_title_key", "work_id"),
	"tag": func(in *Interpreter, r Row, v any) bool {
		for _, s := range in.Lib.All("slug", func(s Row) bool { return s["kind"] == "TAG" && holds(list(v), s["slug"]) }) {
			if holds(list(r["tag_ids"]), s["subject_id"]) {
				return true
			}
		}
		return false
	},
	"category": func(in *Interpreter, r Row, v any) bool {
		for _, c := range in.Lib.All("category", func(c Row) bool { return holds(list(v), c["path"]) }) {
			if holds(list(r["category_path_ids"]), c["id"]) {
				return true
			}
		}
		return false
	},
}

var translationLeaves = map[string]leaf{
	"ids":            isOne("public_id"),
	"work":           isOne("work_public_id"),
	"language":       func(_ *Interpreter, r Row, v any) bool { return inLanguage(r["language"], list(v)) },
	"sourceLanguage": oneOf("source_language"), "translator": hasAny("translator_ids"), "author": hasAny("author_ids"),
	"literatureType": oneOf("literature_type"), "origin": oneOf("origin"), "completeness": oneOf("completeness"), "form": oneOf("form"),
	"year": func(_ *Interpreter, r Row, v any) bool { return within(r["year"], nil, v) }, "rights": oneOf("rights_class"), "license": oneOf("license_id"),
	"relay":      func(_ *Interpreter, r Row, v any) bool { return r["relay"] == v },
	"aligned":    func(_ *Interpreter, r Row, v any) bool { return (num(r["aligned_count"]) > 0) == v },
	"minQuality": atLeast("quality"),
}

var authorLeaves = map[string]leaf{
	"ids":     isOne("public_id"),
	"country": oneOf("country_code"), "kind": oneOf("person_kind"),
	"language": func(_ *Interpreter, r Row, v any) bool { return anyLanguage(list(r["languages"]), list(v)) },
	"lived": func(_ *Interpreter, r Row, v any) bool {
		from, to := r["birth_year"], r["death_year"]
		if from == nil {
			from = to
		}
		return within(from, to, v)
	},
	"namePrefix": prefixed("person_name_key", "person_id"), "minWorks": atLeast("work_count"), "minTranslations": atLeast("translation_count"),
}

var tagLeaves = map[string]leaf{"kind": oneOf("kind"), "prefix": begins("name")}

var collectionLeaves = map[string]leaf{
	"owner": func(_ *Interpreter, r Row, v any) bool {
		name, there := r["owner_username"].(string)
		return there && strings.EqualFold(name, v.(string))
	},
	"containing": func(in *Interpreter, r Row, v any) bool {
		s := in.Lib.One("subject", "public_id", in.Lib.Survivor(v))
		return s != nil && in.Lib.All("collection_item", func(i Row) bool { return same(i["collection_id"], r["id"]) && same(i["subject_id"], s["id"]) }) != nil
	},
	"titlePrefix": begins("title"),
}
