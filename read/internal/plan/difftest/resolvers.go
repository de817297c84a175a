package difftest

import "strings"

var workOrders = map[string]order{
	"TITLE": by(key("sort_title"), key("id")), "NEWEST": by(key("published_at"), key("id")).down(),
	"POPULAR": by(key("popularity"), key("id")).down(), "YEAR": by(keyOr("year_from", 32767), key("id")),
	"SERIES": by(keyOr("series_slug", "~"), keyOr("series_position", 0), key("id")),
}

var translationOrders = map[string]order{
	"TITLE": by(key("sort_title"), key("id")), "NEWEST": by(key("published_at"), key("id")).down(),
	"POPULAR": by(key("popularity"), key("id")).down(), "YEAR": by(keyOr("year", 32767), key("id")),
}

var authorOrders = map[string]order{
	"NAME": by(key("sort_name"), key("id")), "BIRTH": by(keyOr("birth_year", 32767), key("id")),
	"POPULAR": by(key("popularity"), key("id")).down(), "WORKS": by(key("work_count"), key("id")).down(),
	"TRANSLATIONS": by(key("translation_count"), key("id")).down(),
}

var commentOrders = map[string]order{
	"NEWEST": by(key("created_at"), key("id")).down(), "OLDEST": by(key("created_at"), key("id")),
}

// localized is the name in the language asked for, trimmed subtag by subtag.
func localized(names, fallback string) resolver {
	return func(_ *Interpreter, o Object, args Args) any {
		all, _ := o.Row[names].(map[string]any)
		for tag := args.text("language"); tag != ""; {
			if v, ok := all[tag]; ok {
				return v
			}
			cut := strings.LastIndexByte(tag, '-')
			if cut < 0 {
				break
			}
			tag = tag[:cut]
		}
		return o.Row[fallback]
	}
}

// link resolves to the row of a relation that a column names.
func link(typ, relation, column string) resolver {
	return func(in *Interpreter, o Object, _ Args) any {
		return Object{Type: typ, Row: in.Lib.One(relation, "id", o.Row[column])}
	}
}

// records resolves to objects that a JSON column holds.
func records(typ, column string) resolver {
	return func(_ *Interpreter, o Object, _ Args) any {
		out := []Object{}
		for _, item := range list(o.Row[column]) {
			out = append(out, Object{Type: typ, Row: item.(map[string]any)})
		}
		return out
	}
}

func languageOf(column string) resolver {
	return func(in *Interpreter, o Object, _ Args) any {
		return Object{Type: "Language", Row: in.Lib.One("language", "tag", o.Row[column])}
	}
}

func people(column string) resolver {
	return func(in *Interpreter, o Object, _ Args) any {
		out := []Object{}
		for _, id := range list(o.Row[column]) {
			if p := in.Lib.One("person", "id", id); p != nil {
				out = append(out, Object{Type: "Author", Row: p})
			}
		}
		return out
	}
}

// members resolves to the rows whose ids a column lists, in an order.
func members(typ, relation, column string, o2 order) resolver {
	return func(in *Interpreter, o Object, _ Args) any {
		rows := in.Lib.All(relation, func(r Row) bool { return holds(list(o.Row[column]), r["id"]) })
		return objects(typ, sorted(rows, o2))
	}
}

// rightsOfText looks at the text first and, for an original, at its work after it.
func rightsOfText(in *Interpreter, o Object, args Args) any {
	if o.Row["kind"] == "ORIGINAL" {
		return in.rights(args, o.Row["id"], o.Row["work_id"])
	}
	return in.rights(args, o.Row["id"])
}

// rightsOfWork looks at the work first and at its original text after it.
func rightsOfWork(in *Interpreter, o Object, args Args) any {
	return in.rights(args, o.Row["id"], o.Row["original_id"])
}

// rights are of the first of the subjects that any are stated of; a statement for
// the jurisdiction counts before one at large.
func (in *Interpreter) rights(args Args, subjects ...any) any {
	for _, jurisdiction := range []any{args["jurisdiction"], "*"} {
		for _, subject := range subjects {
			for _, r := range in.Lib.All("rights", func(r Row) bool { return same(r["subject_id"], subject) && same(r["jurisdiction"], jurisdiction) }) {
				return Object{Type: "RightsStatement", Row: r}
			}
		}
	}
	return nil
}

func stats(in *Interpreter, o Object, _ Args) any { return in.statsOf(o.Row["public_id"], o.Row["id"]) }

func (in *Interpreter) statsOf(public, id any) Object {
	row := Row{"subjectId": public, "views": 0, "likes": 0, "bookmarks": 0, "comments": 0, "collections": 0}
	if s := in.Lib.One("subject_stats", "subject_id", id); s != nil {
		for k, v := range s {
			row[k] = v
		}
	}
	return Object{Type: "SubjectStats", Row: row}
}

func comments(field string) resolver {
	return func(in *Interpreter, o Object, args Args) any {
		rows := in.Lib.All("comment", func(r Row) bool { return same(r["subject_id"], o.Row["id"]) && num(r["depth"]) == 0 })
		sort := args.text("sort")
		return in.page("CommentConnection", "Comment", "1:"+field+":"+sort, rows, commentOrders[sort], args, nil)
	}
}

func works(field string, keep func(o Object, w Row) bool) resolver {
	return func(in *Interpreter, o Object, args Args) any {
		rows := in.Lib.All("work", func(r Row) bool { return keep(o, r) })
		sort := args.text("sort")
		return in.page("WorkConnection", "Work", "1:"+field+":"+sort, in.filtered(rows, args["filter"], workLeaves), workOrders[sort], args, nil)
	}
}

func translations(field string, keep func(o Object, e Row) bool) resolver {
	return func(in *Interpreter, o Object, args Args) any {
		rows := in.Lib.All("expression", func(r Row) bool { return keep(o, r) })
		sort := args.text("sort")
		return in.page("TranslationConnection", "Translation", "1:"+field+":"+sort,
			in.filtered(rows, args["filter"], translationLeaves), translationOrders[sort], args, nil)
	}
}

// node finds what an id of a row or a public id stands for.
func (in *Interpreter) node(id any) Object {
	s := in.Lib.One("subject", "id", id)
	var asked any
	if s == nil {
		s = in.Lib.One("subject", "public_id", in.Lib.Survivor(id))
		if !same(in.Lib.Survivor(id), id) {
			asked = id
		}
	}
	if s == nil {
		return Object{}
	}
	for kind, to := range map[string][2]string{
		"WORK": {"Work", "work"}, "EXPRESSION": {"Translation", "expression"}, "PERSON": {"Author", "person"}, "TAG": {"Tag", "tag"},
		"CATEGORY": {"Category", "category"}, "COLLECTION": {"Collection", "collection"}, "COMMENT": {"Comment", "comment"}, "USER": {"PublicUser", "users_public"},
	} {
		if s["kind"] == kind {
			return Object{Type: to[0], Row: in.Lib.One(to[1], "id", s["id"]), Asked: asked}
		}
	}
	return Object{}
}

func objects(typ string, rows []Row) []Object {
	out := []Object{}
	for _, r := range rows {
		out = append(out, Object{Type: typ, Row: r})
	}
	return out
}
