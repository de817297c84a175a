package session

import (
	"context"
	"crypto/ed25519"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/signature"
	"github.com/tercul/tercul/write/internal/token"
)

// Identifier tells who sent a request.
type Identifier struct {
	DB interface {
		QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
		Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	}
	Access    *token.Access
	Keys      *Keys
	Cookies   Cookies
	Signature *signature.Verifier
	// Client is the address of the caller.
	Client func(*http.Request) netip.Addr
	Now    func() time.Time
}

// Why credentials are refused.
var (
	errToken     = apperr.New(apperr.Unauthenticated, "The credentials are not good, or not any more. Sign in again.")
	errExpired   = apperr.New(apperr.TokenExpired, "The access token has run out. Renew the session (refreshSession).")
	errSignature = apperr.New(apperr.SignatureInvalid, "The signature of the request is not good")
)

// maxAgent is how much is kept of the name of a program.
const maxAgent = 512

// Identify tells who sent the request.
func (i *Identifier) Identify(r *http.Request, body []byte) (*identity.Actor, error) {
	a := &identity.Actor{IP: i.Client(r), UserAgent: clip(r.UserAgent())}
	raw, byCookie := i.credentials(r)
	if raw == "" {
		if signed(r) {
			a.Refused = errSignature.Wrap(errors.New("nobody is signed in"))
		}
		return a, nil
	}
	claims, err := i.verify(r.Context(), raw)
	switch {
	case errors.Is(err, token.ErrExpired):
		a.Refused = errExpired
		return a, nil
	case err != nil:
		a.Refused = errToken.Wrap(err)
		return a, nil
	}
	return i.admit(r, body, a, claims, byCookie)
}

// Issued tells whether the request has an access token that was made here, be it one that
// has run out: its bearer has had an account.
func (i *Identifier) Issued(r *http.Request) bool {
	raw, _ := i.credentials(r)
	_, err := i.Access.Verify(i.Keys.Current(), raw)
	return err == nil || errors.Is(err, token.ErrExpired)
}

// admit looks up the session and checks the signature.
func (i *Identifier) admit(r *http.Request, body []byte, a *identity.Actor, claims token.AccessClaims, byCookie bool) (*identity.Actor, error) {
	who, err := i.standing(r.Context(), claims, byCookie)
	if err == nil && signed(r) {
		who.SigningKey, err = i.signature(r, body, who.UserID)
	}
	if err != nil {
		var refused *apperr.Error
		if errors.As(err, &refused) && !refused.Code.Server() {
			a.Refused = refused
			return a, nil
		}
		return nil, pg.Error(err)
	}
	who.IP, who.UserAgent = a.IP, a.UserAgent
	return who, nil
}

// credentials finds the access token, and whether a cookie has it. Where there is
// an Authorization header, cookies do not count.
func (i *Identifier) credentials(r *http.Request) (raw string, byCookie bool) {
	if header := r.Header.Values("Authorization"); len(header) > 0 {
		scheme, rest, _ := strings.Cut(header[0], " ")
		if len(header) > 1 || !strings.EqualFold(scheme, "Bearer") || rest == "" {
			return "none that could be one", false
		}
		return strings.TrimSpace(rest), false
	}
	c, err := r.Cookie(i.Cookies.accessName())
	if err != nil {
		return "", false
	}
	return c.Value, true
}

func (i *Identifier) verify(ctx context.Context, raw string) (token.AccessClaims, error) {
	claims, err := i.Access.Verify(i.Keys.Current(), raw)
	if errors.Is(err, token.ErrUnknownKey) && i.Keys.reload(ctx) {
		return i.Access.Verify(i.Keys.Current(), raw)
	}
	return claims, err
}

// standing is the one statement of a request: what holds of the session and the
// account at this moment.
func (i *Identifier) standing(ctx context.Context, claims token.AccessClaims, byCookie bool) (*identity.Actor, error) {
	session, err1 := publicid.Parse(claims.Session)
	user, err2 := publicid.Parse(claims.Subject)
	if err := errors.Join(err1, err2); err != nil || session.Kind != publicid.Session || user.Kind != "USER" {
		return nil, errToken
	}
	a := &identity.Actor{UserID: user.UUID, SessionID: session.UUID, Role: identity.Reader}
	var epoch int
	var roles []string
	var reauth *time.Time
	err := i.DB.QueryRow(pg.Named(ctx, "Identify"), `SELECT u.username, u.auth_epoch, u.email_verified_at IS NOT NULL, s.reauth_at,
			ARRAY(SELECT role FROM auth.user_roles WHERE user_id = u.id), ARRAY(SELECT language FROM auth.reviewer_languages WHERE user_id = u.id)
		FROM auth.sessions s JOIN auth.users u ON u.id = s.user_id
		WHERE s.id = $1 AND u.id = $2 AND s.mode = $3 AND s.revoked_at IS NULL AND s.idle_expires_at > $4 AND s.absolute_expires_at > $4
		  AND u.status = 'ACTIVE' AND u.deleted_at IS NULL`, session.UUID, user.UUID, modeOf(byCookie), i.Now()).
		Scan(&a.Username, &epoch, &a.Verified, &reauth, &roles, &a.Languages)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, errToken
	case err != nil:
		return nil, err
	case epoch != claims.Epoch:
		return nil, errExpired
	}
	for _, name := range roles {
		if role, ok := identity.ParseRole(name); ok {
			a.Role = max(a.Role, role)
		}
	}
	a.ReauthAt = orZero(reauth)
	return a, nil
}

func signed(r *http.Request) bool {
	return r.Header.Get("Signature-Input") != "" || r.Header.Get("Signature") != ""
}

// signature checks the signature of a request by a key of that account, and uses it up.
func (i *Identifier) signature(r *http.Request, body []byte, user uuid.UUID) (uuid.UUID, error) {
	var key uuid.UUID
	verified, err := i.Signature.Verify(r, body, func(ctx context.Context, keyID string) (ed25519.PublicKey, error) {
		id, err := publicid.Parse(keyID)
		if err != nil || id.Kind != publicid.SigningKey {
			return nil, signature.ErrUnknownKey
		}
		var public []byte
		err = i.DB.QueryRow(ctx, "SELECT public_key FROM auth.signing_keys WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL", id.UUID, user).Scan(&public)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, signature.ErrUnknownKey
		}
		key = id.UUID
		return public, err
	})
	if err != nil {
		return uuid.Nil, refusal(err)
	}
	tag, err := i.DB.Exec(r.Context(), "INSERT INTO auth.signature_nonces (key_id, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", key, verified.Nonce, verified.Until)
	if err == nil && tag.RowsAffected() == 0 {
		err = refusal(signature.ErrReplayed)
	}
	return key, err
}

// refusal words what is wrong with a signature; what is wrong with the database
// stays as it is.
func refusal(err error) error {
	text, ours := strings.CutPrefix(err.Error(), "signature: ")
	if !ours {
		return err
	}
	return apperr.New(apperr.SignatureInvalid, errSignature.Message+": "+text+".")
}

// clip makes text of a header fit to be stored.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if runes := []rune(s); len(runes) > maxAgent {
		s = string(runes[:maxAgent])
	}
	return s
}
