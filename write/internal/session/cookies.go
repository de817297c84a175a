package session

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/cookie"
)

// Cookies are how sessions of browsers are kept. Insecure ones are for plain HTTP
// on one machine: a browser takes neither Secure nor the prefix that vouches for it
// there.
type Cookies struct{ Insecure bool }

// secured is the prefix of a cookie that only this very host can have set, and only over
// HTTPS: nobody on a neighbouring host can plant a session of their own. It asks for the
// path /, so that a refresh token cannot be kept to fewer requests; a path would keep
// nobody out.
const secured = "__Host-"

func (c Cookies) accessName() string { return c.name("tercul-session") }

func (c Cookies) refreshName() string { return c.name("tercul-refresh") }

func (c Cookies) name(plain string) string {
	if c.Insecure {
		return plain
	}
	return secured + plain
}

// Give answers with the tokens of a session. The access token's cookie stays for as
// long as the session: one that has run out says so, and none says nothing.
func (c Cookies) Give(ctx context.Context, t Tokens, now time.Time) {
	age := int(t.Ends.Sub(now) / time.Second)
	jar := cookie.From(ctx)
	jar.Set(c.cookie(c.accessName(), t.Access, age))
	jar.Set(c.cookie(c.refreshName(), t.Refresh.Reveal(), age))
}

// Take has the browser forget both.
func (c Cookies) Take(ctx context.Context) {
	jar := cookie.From(ctx)
	jar.Set(c.cookie(c.accessName(), "", -1))
	jar.Set(c.cookie(c.refreshName(), "", -1))
}

// RefreshToken is the one of the request's cookie.
func (c Cookies) RefreshToken(ctx context.Context) (string, bool) {
	return cookie.From(ctx).Get(c.refreshName())
}

func (c Cookies) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // without Secure for plain HTTP on one machine alone
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: !c.Insecure, SameSite: http.SameSiteLaxMode,
	}
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func address(tx *command.Tx) *netip.Addr {
	if !tx.Actor.IP.IsValid() {
		return nil
	}
	return &tx.Actor.IP
}

func agent(tx *command.Tx) *string {
	if tx.Actor.UserAgent == "" {
		return nil
	}
	return &tx.Actor.UserAgent
}
