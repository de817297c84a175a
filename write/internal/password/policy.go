package password

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/tercul/tercul/shared/apperr"
)

const (
	// minScore of zxcvbn's 0 to 4: 10⁸ guesses and more.
	minScore = 3
	// judged is how much of a password zxcvbn looks at: its work grows faster than
	// the square, and 48 characters that are hard to guess are enough.
	judged = 48
	// minName is the shortest name that a password may not contain, which is the
	// shortest username. Shorter ones are in too many words.
	minName = 3
)

// PolicyConfig says what new passwords are held against.
type PolicyConfig struct {
	// BreachList is a file in the format of Pwned Passwords, ordered by hash:
	// lines of an upper-case SHA-1 and perhaps a count. Empty is none.
	BreachList string
	// Words are what everybody here would think of, such as the name of the service.
	Words []string
}

// Owner is whose password it is to be.
type Owner struct {
	Username string
	Email    string
}

// Policy judges new passwords.
type Policy struct {
	words  []string
	breach *breachList
}

// NewPolicy opens the breach list. Close closes it.
func NewPolicy(cfg PolicyConfig) (*Policy, error) {
	p := &Policy{words: cfg.Words}
	if cfg.BreachList == "" {
		return p, nil
	}
	list, err := openBreachList(cfg.BreachList)
	if err != nil {
		return nil, err
	}
	p.breach = list
	return p, nil
}

// Close ends the use of the breach list.
func (p *Policy) Close() error {
	if p.breach == nil {
		return nil
	}
	return p.breach.Close()
}

// Check answers what is wrong with a new password, or "". The error is of the
// breach list.
func (p *Policy) Check(password string, owner Owner) (apperr.UserCode, error) {
	if len(password) > maxBytes {
		return apperr.UserTooLong, nil
	}
	s, err := opaque(password)
	length := utf8.RuneCountInString(s)
	switch {
	case password == "":
		return apperr.UserTooShort, nil
	case errors.Is(err, errNotText):
		return apperr.UserInvalid, nil
	case length < MinLength:
		return apperr.UserTooShort, nil
	case length > MaxLength:
		return apperr.UserTooLong, nil
	case holdsName(s, owner), p.guessable(s, owner):
		return apperr.UserPasswordWeak, nil
	}
	return p.breached(password, s)
}

// names are what an owner is known by; an address may carry a tag after a plus.
func (o Owner) names() []string {
	local := o.Email
	if at := strings.LastIndexByte(o.Email, '@'); at >= 0 {
		local = o.Email[:at]
	}
	base, _, _ := strings.Cut(local, "+")
	return []string{o.Username, local, base}
}

func holdsName(password string, owner Owner) bool {
	folded := fold(password)
	for _, name := range owner.names() {
		name = fold(name)
		if utf8.RuneCountInString(name) >= minName && strings.Contains(folded, name) {
			return true
		}
	}
	return false
}

// fold makes one of letters that differ in case, accents or width.
func fold(s string) string {
	bare := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold())
	folded, _, err := transform.String(bare, s)
	if err != nil {
		return s
	}
	return folded
}

// guessable asks zxcvbn, which does not see a repetition in letters beyond ASCII:
// what is made of one part again and again is found in its double, moved.
func (p *Policy) guessable(password string, owner Owner) bool {
	if double := password + password; strings.Contains(double[1:len(double)-1], password) {
		return true
	}
	if runes := []rune(password); len(runes) > judged {
		password = string(runes[:judged])
	}
	words := append(owner.names(), p.words...)
	return zxcvbn.PasswordStrength(password, words).Score < minScore
}

// breached looks for the password as it was typed, which is what such lists are
// made of, and as it is kept.
func (p *Policy) breached(typed, kept string) (apperr.UserCode, error) {
	if p.breach == nil {
		return "", nil
	}
	forms := []string{typed}
	if kept != typed {
		forms = append(forms, kept)
	}
	for _, form := range forms {
		found, err := p.breach.contains(form)
		if err != nil {
			return "", err
		}
		if found {
			return apperr.UserPasswordBreached, nil
		}
	}
	return "", nil
}
