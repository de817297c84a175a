package mail

import (
	"errors"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/tercul/tercul/shared/config"
)

// Config is what an operator sets: an SMTP server, or a folder for files.
type Config struct {
	SMTP    string        `env:"TERCUL_MAIL_SMTP_URL" secret:"true" example:"smtp://user:password@mail.example.org:587" desc:"The mail server: smtp:// for a plain connection that TERCUL_MAIL_TLS secures, smtps:// for TLS from the start."`
	TLS     string        `env:"TERCUL_MAIL_TLS" envDefault:"required" validate:"oneof=required opportunistic none" desc:"STARTTLS on smtp://: required, opportunistic for a server that may not have it, none for one on this machine."`
	Timeout time.Duration `env:"TERCUL_MAIL_TIMEOUT" envDefault:"15s" validate:"min=100ms,max=5m" desc:"How long sending a message may take in all."`
	Drop    string        `env:"TERCUL_MAIL_DROP" example:"/tmp/tercul-mail" desc:"A folder that takes messages as .eml files in place of a mail server, for development."`
	From    string        `env:"TERCUL_MAIL_FROM" validate:"required" example:"Tercul <no-reply@example.org>" desc:"The sender of every message."`
	Links   string        `env:"TERCUL_MAIL_LINK_URL" validate:"required,http_url" example:"https://example.org" desc:"What links in messages begin with: the address of the site."`
}

// Check finds what no single setting can tell.
func (c Config) Check() (faults []config.Fault) {
	fault := func(variable, problem, remedy string) {
		faults = append(faults, config.Fault{Variable: variable, Problem: problem, Remedy: remedy})
	}
	switch {
	case c.SMTP == "" && c.Drop == "":
		fault("TERCUL_MAIL_SMTP_URL", "is not set, nor is TERCUL_MAIL_DROP", "Set one of them.")
	case c.SMTP != "" && c.Drop != "":
		fault("TERCUL_MAIL_SMTP_URL", "is set beside TERCUL_MAIL_DROP", "Set one of them.")
	case c.SMTP != "":
		if _, err := parseServer(c.SMTP); err != nil {
			fault("TERCUL_MAIL_SMTP_URL", err.Error(), "Set it to something like smtp://user:password@mail.example.org:587.")
		}
	}
	if _, err := parseFrom(c.From); err != nil {
		fault("TERCUL_MAIL_FROM", "must be an address, with or without a name", "Set it to something like Tercul <no-reply@example.org>.")
	}
	if _, err := parseBase(c.Links); err != nil {
		fault("TERCUL_MAIL_LINK_URL", err.Error(), "Set it to something like https://example.org.")
	}
	return faults
}

// server is a parsed SMTP URL.
type server struct {
	host, port     string
	user, password string
	implicit       bool // TLS from the start
}

func parseServer(text string) (server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return server{}, errors.New("must be a URL that begins with smtp:// or smtps://")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return server{}, errors.New("must end with the port")
	}
	s := server{host: u.Hostname(), port: u.Port(), user: u.User.Username(), implicit: u.Scheme == "smtps"}
	s.password, _ = u.User.Password()
	switch {
	case s.port != "":
	case s.implicit:
		s.port = "465"
	default:
		s.port = "587"
	}
	return s, nil
}

func parseFrom(text string) (mail.Address, error) {
	addr, err := mail.ParseAddress(text)
	if err != nil || !printable(text) {
		return mail.Address{}, ErrAddress
	}
	return *addr, CheckAddress(addr.Address)
}

func parseBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("must be a URL that begins with https:// or http://")
	}
	if u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, errors.New("must be no more than host and path")
	}
	return u, nil
}
