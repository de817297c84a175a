package comment

import (
	"maps"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
)

// markdown is CommonMark, and finds links that are written without brackets.
var markdown = goldmark.New(goldmark.WithExtensions(extension.Linkify)).Parser()

// allowed is all that a comment may be made of. What is not here is refused, so
// that a new kind of node is, too.
var allowed = map[ast.NodeKind]bool{
	ast.KindDocument: true, ast.KindParagraph: true, ast.KindTextBlock: true, ast.KindText: true, ast.KindString: true,
	ast.KindEmphasis: true, ast.KindCodeSpan: true, ast.KindCodeBlock: true, ast.KindFencedCodeBlock: true,
	ast.KindBlockquote: true, ast.KindList: true, ast.KindListItem: true, ast.KindThematicBreak: true,
	ast.KindLink: true, ast.KindAutoLink: true, ast.KindLinkReferenceDefinition: true,
}

// refused says what is wrong with the kinds that people try.
var refused = map[ast.NodeKind]string{
	ast.KindRawHTML: "HTML", ast.KindHTMLBlock: "HTML", ast.KindImage: "an image", ast.KindHeading: "a heading",
}

// checkBody holds a body to the subset, and tells whether there are links in it.
func checkBody(tx *command.Tx, body string) (links bool) {
	if strings.TrimSpace(body) == "" {
		tx.Fault(apperr.UserBlank, "body", "It must not be empty.")
		return false
	}
	source := []byte(body)
	found := map[string]bool{}
	err := ast.Walk(markdown.Parse(text.NewReader(source)), func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		to, link := target(n, source)
		links = links || link
		switch {
		case link && !secure(to):
			found["a link that does not begin with https://"] = true
		case !allowed[n.Kind()]:
			found[named(n.Kind())] = true
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		found["something that cannot be read"] = true
	}
	for _, what := range slices.Sorted(maps.Keys(found)) {
		tx.Fault(apperr.UserInvalid, "body", "There is "+what+" in it, which comments cannot have.", "found", what)
	}
	return links
}

// target is where a link leads.
func target(n ast.Node, source []byte) (string, bool) {
	switch n := n.(type) {
	case *ast.Link:
		return string(n.Destination), true
	case *ast.AutoLink:
		return string(n.URL(source)), true
	}
	return "", false
}

func secure(target string) bool {
	const scheme = "https://"
	return len(target) > len(scheme) && strings.EqualFold(target[:len(scheme)], scheme)
}

func named(kind ast.NodeKind) string {
	if what, ok := refused[kind]; ok {
		return what
	}
	return "something"
}
