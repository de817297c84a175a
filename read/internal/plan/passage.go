package plan

import (
	"errors"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// passageRef is a parsed citation: work/expression:from-to@revision.
type passageRef struct {
	work, expression, from, to string
	revision                   any // int64, or nil for the current one
}

const maxRef = 200

var refPattern = regexp.MustCompile(
	`^([a-z0-9][a-z0-9.-]*)/([a-z0-9][a-z0-9.-]*):([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)(?:-([0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*))?(?:@([1-9][0-9]{0,8}))?$`)

var errRef = errors.New("must read work/expression:from-to@revision, such as dante-inferno-01/en.verse:1.1-1.3@2; the end and the revision may be left out")

// parseRef reads a citation. Its end is its beginning where it is left out.
func parseRef(text string) (passageRef, error) {
	if utf8.RuneCountInString(text) > maxRef {
		return passageRef{}, errors.New("must have 200 characters at most")
	}
	m := refPattern.FindStringSubmatch(text)
	if m == nil {
		return passageRef{}, errRef
	}
	r := passageRef{work: m[1], expression: m[2], from: m[3], to: m[4]}
	if r.to == "" {
		r.to = r.from
	}
	if m[5] != "" {
		n, err := strconv.ParseInt(m[5], 10, 32)
		if err != nil {
			return passageRef{}, errRef
		}
		r.revision = n
	}
	return r, nil
}

var linePattern = regexp.MustCompile(`^[0-9A-Za-z]+(\.[0-9A-Za-z]+)*(-[0-9A-Za-z]+(\.[0-9A-Za-z]+)*)?$`)

// lineRange checks a line or a range of lines, such as 1.10 or 1.10-1.20.
func lineRange(v any) (any, error) {
	text, _ := v.(string)
	if !linePattern.MatchString(text) {
		return nil, errors.New("must be a line or a range of lines, such as 1.10 or 1.10-1.20")
	}
	return text, nil
}

var pathPattern = regexp.MustCompile(`^/([a-z0-9]+([.-][a-z0-9]+)*/)+$`)

// categoryPath checks a category's path.
func categoryPath(v any) (any, error) {
	text, _ := v.(string)
	if !pathPattern.MatchString(text) {
		return nil, errors.New("must be slugs with a slash before, between and behind them, such as /genre/epic/")
	}
	return text, nil
}

func refPart(part func(passageRef) any) func(any) (any, error) {
	return func(v any) (any, error) {
		text, _ := v.(string)
		r, err := parseRef(text)
		if err != nil {
			return nil, err
		}
		return part(r), nil
	}
}
