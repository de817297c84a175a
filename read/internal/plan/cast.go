package plan

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/tercul/tercul/shared/typeid"
)

// cast turns an argument's value into a statement's parameter of a SQL type.
type cast struct {
	sql     string
	convert func(val any) (any, error)
}

// casts are the casts that templates may name; `uuid:KIND` and `uuids:KIND`
// accept ids of one kind alone.
var casts = map[string]cast{
	"int":         {"int", same},
	"bigint":      {"bigint", same},
	"bool":        {"bool", same},
	"text":        {"text", same},
	"float":       {"float8", same},
	"timestamptz": {"timestamptz", same},
	"text[]":      {"text[]", texts},
	"uuid":        {"uuid", func(v any) (any, error) { return decodeID(v, "") }},
	"rawuuid":     {"uuid", same},
	"uuids":       {"uuid[]", func(v any) (any, error) { return decodeIDs(v, "") }},
	"kind":        {"text", kindOf},
	"kinds":       {"text[]", kindsOf},
	"kindname":    {"text", kindName},
	"kindnames":   {"text[]", kindNames},
	"lookup":      {"text[]", lookup},
	"prefix":      {"text", prefix},
	"lines":       {"text", lineRange},
	"path":        {"text", categoryPath},
	"ref.work":    {"text", refPart(func(r passageRef) any { return r.work })},
	"ref.expr":    {"text", refPart(func(r passageRef) any { return r.expression })},
	"ref.from":    {"text", refPart(func(r passageRef) any { return r.from })},
	"ref.to":      {"text", refPart(func(r passageRef) any { return r.to })},
	"ref.rev":     {"int", refPart(func(r passageRef) any { return r.revision })},
}

func castNamed(name string) (cast, error) {
	if c, ok := casts[name]; ok {
		return c, nil
	}
	base, kind, _ := strings.Cut(name, ":")
	switch base {
	case "uuid":
		return cast{"uuid", func(v any) (any, error) { return decodeID(v, kind) }}, nil
	case "uuids":
		return cast{"uuid[]", func(v any) (any, error) { return decodeIDs(v, kind) }}, nil
	}
	return cast{}, fmt.Errorf("unknown cast %q in SQL template", name)
}

func same(v any) (any, error) { return v, nil }

func decodeID(v any, kind string) (any, error) {
	text, ok := v.(string)
	if !ok {
		return nil, nil
	}
	pfx, id, err := typeid.Decode(text)
	if err != nil {
		return nil, errID(text)
	}
	got, known := typeid.Kind(pfx)
	if !known {
		return nil, errID(text)
	}
	if kind != "" && got != kind {
		return nil, fmt.Errorf("must be an id of the kind %s, not of the kind %s: %q", noun(kind), noun(got), shorten(text))
	}
	return id.String(), nil
}

func errID(text string) error {
	return fmt.Errorf("must be an id that this service gave, such as work_01h455vb4pex5vsknk084sn02q, not %q", shorten(text))
}

// noun names a kind as the public schema does.
func noun(kind string) string {
	if n, ok := publicKinds[kind]; ok {
		return strings.ToLower(n)
	}
	return strings.ToLower(kind)
}

// publicKinds are the names the public schema gives the kinds of the database.
var publicKinds = map[string]string{
	"WORK": "WORK", "EXPRESSION": "TRANSLATION", "PERSON": "AUTHOR", "TAG": "TAG",
	"CATEGORY": "CATEGORY", "COLLECTION": "COLLECTION", "COMMENT": "COMMENT", "USER": "USER",
}

func kindName(v any) (any, error) {
	for db, public := range publicKinds {
		if v == public {
			return db, nil
		}
	}
	return v, nil
}

func kindNames(v any) (any, error) { return mapTexts(v, kindName) }

func decodeIDs(v any, kind string) (any, error) {
	list, _ := v.([]any)
	return mapTexts(list, func(item any) (any, error) { return decodeID(item, kind) })
}

func kindOf(v any) (any, error) {
	text, _ := v.(string)
	pfx, _, err := typeid.Decode(text)
	kind, known := typeid.Kind(pfx)
	if err != nil || !known {
		return nil, errID(text)
	}
	return kind, nil
}

func kindsOf(v any) (any, error) { return mapTexts(v, kindOf) }

func texts(v any) (any, error) { return mapTexts(v, same) }

func mapTexts(v any, f func(any) (any, error)) (any, error) {
	list, _ := v.([]any)
	out := make([]string, 0, len(list))
	for i, item := range list {
		mapped, err := f(item)
		if err != nil {
			return nil, &itemError{i, err}
		}
		if s, ok := mapped.(string); ok {
			out = append(out, s)
		}
	}
	return out, nil
}

// itemError is a fault of one item of a list.
type itemError struct {
	index int
	error
}

// lookup expands one language tag or several to the tags that RFC 4647 lookup
// tries in turn: zh-Hant-TW, zh-Hant, zh.
func lookup(v any) (any, error) {
	tags, ok := v.([]any)
	if !ok {
		tags = []any{v}
	}
	out := []string{}
	for _, tag := range tags {
		s, _ := tag.(string)
		for s != "" {
			out = append(out, s)
			cut := strings.LastIndexByte(s, '-')
			if cut < 0 {
				break
			}
			s = s[:cut]
		}
	}
	return out, nil
}

// prefix refuses what plainly has nothing to look for. The folding itself is
// view.sort_key's alone, and what only that folds to nothing finds nothing.
func prefix(v any) (any, error) {
	text, _ := v.(string)
	if !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsMark(r) && !unicode.IsSpace(r) && unicode.IsGraphic(r) }) {
		return nil, errors.New("must have a letter, a digit or a sign")
	}
	return text, nil
}

func shorten(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return text
}
