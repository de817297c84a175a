package plan

import (
	"fmt"
	"strings"
)

// template is a parsed SQL template of the catalogue.
type template []piece

type pieceKind int

const (
	literal pieceKind = iota
	own
	parent
	scope
	param
	argPath
	cursorKey
	pageLimit
	stretchRows
	filterText
	section
)

type piece struct {
	kind    pieceKind
	text    string // literal text
	arg     string // argument, or value path
	convert cast
	index   int
	absent  bool // section: kept where the argument is absent
	body    template
}

// parseTemplate parses a template; a mistake in one is a mistake of the
// catalogue, found by the tests and at start.
func parseTemplate(text string) (template, error) {
	t, rest, err := parsePieces(text, false)
	if err == nil && rest != "" {
		err = fmt.Errorf("stray }} in SQL template %q", text)
	}
	return t, err
}

// namesRow tells whether a template needs the row itself.
func (t template) namesRow() bool {
	for _, p := range t {
		if p.kind == own || p.body.namesRow() {
			return true
		}
	}
	return false
}

func parsePieces(text string, inSection bool) (template, string, error) {
	var out template
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			return append(out, piece{text: text}), "", nil
		}
		if i > 0 {
			out = append(out, piece{text: text[:i]})
			text = text[i:]
		}
		switch {
		case strings.HasPrefix(text, "}}") && inSection:
			return out, text[2:], nil
		case strings.HasPrefix(text, "{{"):
			p, rest, err := parseSection(text)
			if err != nil {
				return nil, "", err
			}
			out, text = append(out, p), rest
		case text[0] == '{' && strings.IndexByte(text, '}') > 0:
			end := strings.IndexByte(text, '}')
			p, err := parsePlaceholder(text[1:end])
			if err != nil {
				return nil, "", err
			}
			out, text = append(out, p), text[end+1:]
		default:
			return nil, "", fmt.Errorf("stray brace in SQL template at %q", text)
		}
	}
	if inSection {
		return nil, "", fmt.Errorf("section of SQL template not closed")
	}
	return out, "", nil
}

func parseSection(text string) (piece, string, error) {
	head := text[2:]
	if head == "" || (head[0] != '?' && head[0] != '!') {
		return piece{}, "", fmt.Errorf("section of SQL template without ? or ! at %q", text)
	}
	end := strings.IndexByte(head, ' ')
	if end < 0 {
		return piece{}, "", fmt.Errorf("section of SQL template without body at %q", text)
	}
	body, rest, err := parsePieces(head[end:], true)
	return piece{kind: section, arg: head[1:end], absent: head[0] == '!', body: body}, rest, err
}

func parsePlaceholder(name string) (piece, error) {
	switch name {
	case "t":
		return piece{kind: own}, nil
	case "p":
		return piece{kind: parent}, nil
	case "s":
		return piece{kind: scope}, nil
	case "limit":
		return piece{kind: pageLimit}, nil
	case "stretch":
		return piece{kind: stretchRows}, nil
	case "filter":
		return piece{kind: filterText}, nil
	}
	if arg, ok := strings.CutPrefix(name, "@"); ok {
		return piece{kind: argPath, arg: arg}, nil
	}
	name, castName, _ := strings.Cut(name, "|")
	convert, err := castNamed(castName)
	if err != nil {
		return piece{}, err
	}
	if n, ok := strings.CutPrefix(name, "after."); ok && len(n) == 1 {
		return piece{kind: cursorKey, index: int(n[0] - '0'), convert: convert}, nil
	}
	if arg, ok := strings.CutPrefix(name, "$"); ok {
		return piece{kind: param, arg: arg, convert: convert}, nil
	}
	if name == "v" || strings.HasPrefix(name, "v.") {
		return piece{kind: param, arg: name, convert: convert}, nil
	}
	return piece{}, fmt.Errorf("unknown placeholder {%s} in SQL template", name)
}
