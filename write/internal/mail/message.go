package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
)

// Message is a message to one recipient.
type Message struct {
	ID         string // without angle brackets
	Date       time.Time
	From       mail.Address
	To         string
	Subject    string
	Text, HTML string
}

// ErrAddress says that something is no address that mail can be sent to.
var ErrAddress = errors.New("mail: this is not an address")

// Longest parts of an address that servers take (RFC 5321).
const (
	maxAddress = 254
	maxLocal   = 64
	maxSubject = 400
)

// CheckAddress tells whether mail can be sent to a bare address: without a name,
// comments, quotes or letters that few servers take.
func CheckAddress(address string) error {
	at := strings.LastIndexByte(address, '@')
	if len(address) > maxAddress || at > maxLocal || !printable(address) {
		return ErrAddress
	}
	for i := range len(address) {
		if address[i] >= utf8.RuneSelf {
			return ErrAddress
		}
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || parsed.Address != address {
		return ErrAddress
	}
	return nil
}

// printable tells whether text is valid and without control characters, line
// separators among them.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// check looks at everything that becomes a header.
func (m Message) check() error {
	if err := errors.Join(CheckAddress(m.To), CheckAddress(m.From.Address)); err != nil {
		return err
	}
	for name, value := range map[string]string{"id": m.ID, "sender's name": m.From.Name, "subject": m.Subject} {
		if !printable(value) {
			return fmt.Errorf("mail: the %s holds a control character", name)
		}
	}
	switch {
	case m.ID == "" || strings.ContainsAny(m.ID, "<> ") || m.Date.IsZero():
		return errors.New("mail: a message needs an id and a date")
	case m.Subject == "" || len(m.Subject) > maxSubject || m.Text == "" || m.HTML == "":
		return errors.New("mail: a message needs a subject, not too long, and both parts")
	}
	return nil
}

// build makes the message as it travels.
func (m Message) build() (*gomail.Msg, error) {
	if err := m.check(); err != nil {
		return nil, permanent("the message", err)
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(&m.From)
	msg.ToMailAddress(&mail.Address{Address: m.To})
	msg.Subject(m.Subject)
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.ID)
	// No out-of-office answers to a machine (RFC 3834).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return msg, nil
}
