// Package filing says what titles and names are filed under in lists.
package filing

import (
	"strings"
	"unicode"
)

// Title leaves out the punctuation and the article that a title begins with.
func Title(language, title string) string {
	return fromFirstLetter(withoutArticle(language, fromFirstLetter(title)))
}

// fromFirstLetter is a text from its first letter or digit on, all of it where it has none.
func fromFirstLetter(text string) string {
	if first := strings.IndexFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }); first > 0 {
		return text[first:]
	}
	return text
}

func withoutArticle(language, title string) string {
	base, _, _ := strings.Cut(language, "-")
	lower := strings.ToLower(title)
	for _, article := range articles[base] {
		if strings.HasPrefix(lower, article) && len(title) > len(article) && len(lower) == len(title) {
			return strings.TrimSpace(title[len(article):])
		}
	}
	return title
}

var articles = map[string][]string{
	"en": {"the ", "an ", "a "},
	"de": {"der ", "die ", "das ", "ein ", "eine "},
	"fr": {"les ", "le ", "la ", "l’", "l'", "une ", "un ", "des "},
	"it": {"il ", "lo ", "la ", "gli ", "le ", "i ", "l’", "l'", "una ", "uno ", "un "},
	"es": {"los ", "las ", "el ", "la ", "una ", "un "},
	"pt": {"os ", "as ", "o ", "a ", "uma ", "um "},
	"nl": {"de ", "het ", "een "},
	"hu": {"az ", "a "},
}
