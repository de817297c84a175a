package api

import "strings"

// noneMatch tells whether an If-None-Match header names the entity tag, by the
// weak comparison that RFC 9110 asks for: a CDN that recompressed an answer
// may have weakened our tag, and the answer it holds is still the right one.
// `*` names every tag. A malformed rest is ignored.
func noneMatch(header, etag string) bool {
	if etag == "" {
		return false
	}
	rest := strings.TrimSpace(header)
	if rest == "*" {
		return true
	}
	for rest != "" {
		var tag string
		tag, rest = nextTag(rest)
		if tag == etag {
			return true
		}
	}
	return false
}

// nextTag cuts the next quoted entity tag, without a weakness mark. Commas may
// stand inside the quotes, so splitting at commas would not do.
func nextTag(list string) (tag, rest string) {
	open := strings.IndexByte(list, '"')
	if open < 0 {
		return "", ""
	}
	length := strings.IndexByte(list[open+1:], '"')
	if length < 0 {
		return "", ""
	}
	end := open + length + 2
	return list[open:end], list[end:]
}
