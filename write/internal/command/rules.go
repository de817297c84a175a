package command

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-playground/validator/v10"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/write/internal/edtf"
	"github.com/tercul/tercul/write/internal/mail"
)

var (
	slugForm     = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)
	segmentForm  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	documentID   = regexp.MustCompile(`^(sha256:)?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$`)
	usernameForm = regexp.MustCompile(`^[A-Za-z0-9_]{3,30}$`)
)

// Username tells whether a text has the form of a username.
func Username(s string) bool { return usernameForm.MatchString(s) }

var rules = map[string]validator.Func{
	"line":     text(func(rune) bool { return false }),
	"prose":    text(func(r rune) bool { return r == '\n' || r == '\t' }),
	"edtf":     matches(edtf.Valid),
	"slug":     matches(slugForm.MatchString),
	"segment":  matches(segmentForm.MatchString),
	"username": matches(Username),
	"https":    matches(https),
	"address":  matches(func(s string) bool { return mail.CheckAddress(s) == nil }),
	"kind":     ofKind,
	"tag":      matches(invalidate.Valid),
	"document": matches(documentID.MatchString),
}

func matches(ok func(string) bool) validator.Func {
	return func(f validator.FieldLevel) bool { return ok(f.Field().String()) }
}

// text refuses white space alone, control characters but the allowed ones, and the characters that
// make text read otherwise than it is stored (UTS #55).
func text(allowed func(rune) bool) validator.Func {
	return matches(func(s string) bool {
		return !onlySpace(s) && !strings.ContainsFunc(s, func(r rune) bool {
			return !allowed(r) && (unicode.IsControl(r) || turns(r) || r == '\u2028' || r == '\u2029')
		})
	})
}

func onlySpace(s string) bool { return s != "" && strings.TrimSpace(s) == "" }

// turns tells the explicit directional formatting characters (UAX #9, 2.1 to 2.5)
// but the marks, which ordinary Hebrew and Arabic text has.
func turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

func https(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && len(s) <= 500
}

// ofKind tells whether an id is of the kind, or one of the kinds, that the rule
// names: the validator sees an id as its kind.
func ofKind(f validator.FieldLevel) bool {
	return slices.Contains(strings.Fields(f.Param()), f.Field().String())
}

// someField is the rule of every patch: it gives one field at least.
const someField = "some_field"

func notEmpty(patch validator.StructLevel) {
	fields := patch.Current()
	for i := range fields.NumField() {
		if field, omittable := fields.Field(i).Interface().(interface{ IsSet() bool }); !omittable || field.IsSet() {
			return
		}
	}
	patch.ReportError(fields.Interface(), "", "", someField, "")
}
