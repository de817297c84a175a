package gqlhttp

import (
	"iter"
	"strings"
)

// Element is one member of a comma separated header: a token and whatever
// followed its first semicolon.
type Element struct {
	Token, Params string
}

// Elements walks a header list without allocating. None of the headers read
// this way allows commas inside quoted parameters in practice; an element
// broken by one is simply not recognised.
func Elements(list string) iter.Seq[Element] {
	return func(yield func(Element) bool) {
		for list != "" {
			var item string
			item, list, _ = strings.Cut(list, ",")
			token, params, _ := strings.Cut(item, ";")
			if token = strings.TrimSpace(token); token == "" {
				continue
			}
			if !yield(Element{token, params}) {
				return
			}
		}
	}
}

// param answers a parameter's value without its quotes.
func (e Element) param(name string) (string, bool) {
	for rest := e.Params; rest != ""; {
		var item string
		item, rest, _ = strings.Cut(rest, ";")
		key, value, _ := strings.Cut(item, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`), true
		}
	}
	return "", false
}

// UTF8 tells whether the element leaves room for UTF-8, the only charset of JSON.
func (e Element) UTF8() bool {
	charset, given := e.param("charset")
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// Quality is the element's weight in thousandths; 1000 when none is given and
// false when it is not a number by RFC 9110, section 12.4.2.
func (e Element) Quality() (int, bool) {
	text, given := e.param("q")
	if !given {
		return 1000, true
	}
	whole, fraction, _ := strings.Cut(text, ".")
	if (whole != "0" && whole != "1") || len(fraction) > 3 {
		return 0, false
	}
	q := int(whole[0]-'0') * 1000
	for i, unit := 0, 100; i < len(fraction); i, unit = i+1, unit/10 {
		if fraction[i] < '0' || fraction[i] > '9' {
			return 0, false
		}
		q += int(fraction[i]-'0') * unit
	}
	return q, q <= 1000
}
