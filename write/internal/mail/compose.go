package mail

import (
	"bytes"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	html "html/template"
	"net/mail"
	"net/url"
	"path"
	"strings"
	text "text/template"
	"time"

	"golang.org/x/text/language"
)

//go:embed templates
var templates embed.FS

// Composer makes messages of what is to be said.
type Composer struct {
	from    mail.Address
	base    *url.URL
	tags    []language.Tag
	matcher language.Matcher
	locales []locale // in the order of tags
}

// locale is one language's templates by occasion.
type locale struct {
	text map[string]*text.Template
	html map[string]*html.Template
}

// fallback is the language for those whose own there is not.
const fallback = "en"

// NewComposer reads the templates.
func NewComposer(cfg Config) (*Composer, error) {
	from, err := parseFrom(cfg.From)
	if err != nil {
		return nil, fmt.Errorf("the sender: %w", err)
	}
	base, err := parseBase(cfg.Links)
	if err != nil {
		return nil, fmt.Errorf("the URL of links: %w", err)
	}
	c := &Composer{from: from, base: base}
	folders, err := templates.ReadDir("templates")
	if err != nil {
		return nil, err
	}
	names := []string{fallback}
	for _, folder := range folders {
		if folder.Name() != fallback {
			names = append(names, folder.Name())
		}
	}
	for _, name := range names {
		if err := c.add(name); err != nil {
			return nil, fmt.Errorf("mail: templates/%s: %w", name, err)
		}
	}
	c.matcher = language.NewMatcher(c.tags)
	return c, nil
}

func (c *Composer) add(name string) error {
	tag, err := language.Parse(name)
	if err != nil {
		return err
	}
	folder := path.Join("templates", name)
	l := locale{text: map[string]*text.Template{}, html: map[string]*html.Template{}}
	functions := map[string]any{"link": c.link, "page": c.page, "unknown": unknown}
	for _, content := range contents() {
		occasion := content.occasion()
		l.text[occasion], err = text.New(occasion+".txt").Funcs(functions).Option("missingkey=error").
			ParseFS(templates, path.Join(folder, occasion+".txt"), path.Join(folder, "layout.txt"))
		if err != nil {
			return err
		}
		if l.text[occasion].Lookup("subject") == nil {
			return fmt.Errorf("%s.txt defines no subject", occasion)
		}
		l.html[occasion], err = html.New("layout.html").Funcs(functions).Option("missingkey=error").
			ParseFS(templates, path.Join(folder, "layout.html"), path.Join(folder, occasion+".html"))
		if err != nil {
			return err
		}
	}
	c.tags, c.locales = append(c.tags, tag), append(c.locales, l)
	return nil
}

// link is a page's URL with a token behind the #, where no server sees it.
func (c *Composer) link(page, token string) (string, error) {
	if token == "" {
		return "", errors.New("there is no token")
	}
	return c.page(page) + "#token=" + url.QueryEscape(token), nil
}

// unknown ends a template that has no words for a value.
func unknown(value any) (string, error) { return "", fmt.Errorf("there are no words for %v", value) }

// page is the URL of a page, by the parts of its path.
func (c *Composer) page(parts ...string) string {
	u := strings.TrimSuffix(c.base.String(), "/")
	for _, part := range parts {
		u += "/" + url.PathEscape(part)
	}
	return u
}

// Compose makes the message in the language nearest to the one asked for.
func (c *Composer) Compose(locale, to string, content Content) (Message, error) {
	for _, given := range content.texts() {
		if !printable(given) {
			return Message{}, fmt.Errorf("mail: %s: a field holds a control character", content.occasion())
		}
	}
	_, at, _ := c.matcher.Match(language.Make(locale))
	m := Message{ID: c.newID(), Date: time.Now(), From: c.from, To: to}
	if err := c.locales[at].render(&m, content); err != nil {
		return Message{}, fmt.Errorf("mail: %s: %w", content.occasion(), err)
	}
	return m, m.check()
}

func (l locale) render(m *Message, content Content) error {
	var subject, plain, rich bytes.Buffer
	of := content.occasion()
	err := errors.Join(
		l.text[of].ExecuteTemplate(&subject, "subject", content),
		l.text[of].Execute(&plain, content),
		l.html[of].Execute(&rich, content),
	)
	m.Subject, m.Text, m.HTML = subject.String(), strings.TrimSpace(plain.String())+"\n", rich.String()
	return err
}

func (c *Composer) newID() string {
	_, domain, _ := strings.Cut(c.from.Address, "@")
	return rand.Text() + "@" + domain
}
