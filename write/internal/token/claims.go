package token

import (
	"errors"

	"github.com/golang-jwt/jwt/v5"
)

var errClaims = errors.New("token: claims are missing")

// wireClaims is a token's payload.
type wireClaims struct {
	Session string   `json:"sid"`
	Epoch   int      `json:"epoch"`
	Roles   []string `json:"roles"`
	jwt.RegisteredClaims
}

// Validate is called by the parser after its own checks.
func (c *wireClaims) Validate() error {
	if c.Subject == "" || c.Session == "" || c.ID == "" || c.Epoch < 1 || c.IssuedAt == nil {
		return errClaims
	}
	return nil
}

func (a *Access) wire(c AccessClaims) *wireClaims {
	roles := c.Roles
	if roles == nil {
		roles = []string{}
	}
	return &wireClaims{
		Session: c.Session, Epoch: c.Epoch, Roles: roles,
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: a.cfg.Issuer, Audience: jwt.ClaimStrings{a.cfg.Audience}, Subject: c.Subject, ID: c.ID,
			IssuedAt: jwt.NewNumericDate(c.IssuedAt), ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
		},
	}
}

func (c *wireClaims) read() AccessClaims {
	return AccessClaims{
		Grant: Grant{Subject: c.Subject, Session: c.Session, Epoch: c.Epoch, Roles: c.Roles},
		ID:    c.ID, IssuedAt: c.IssuedAt.Time, ExpiresAt: c.ExpiresAt.Time,
	}
}
