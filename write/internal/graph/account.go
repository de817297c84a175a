package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
	"github.com/tercul/tercul/write/internal/session"
)

func ok(faults command.Faults, err error) (*model.OkPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.OkPayload{Ok: len(faults) == 0, UserErrors: userErrors(faults)}, nil
}

// plain is a command with nothing to show.
func plain[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.OkPayload, error) {
	_, faults, err := command.Run(ctx, r.Runner, name, in, body)
	return ok(faults, err)
}

func changeViewer[In any](ctx context.Context, r *Resolver, name string, in In, body changes[In]) (*model.ViewerPayload, error) {
	v, faults, err := run(ctx, r, name, in, body, func(ctx context.Context, id publicid.ID) (*model.Viewer, error) {
		return account.Load(ctx, r.DB, id.UUID)
	})
	if err != nil {
		return nil, err
	}
	return &model.ViewerPayload{Viewer: v, UserErrors: faults}, nil
}

// Viewer answers the caller's account.
func (q queries) Viewer(ctx context.Context) (*model.Viewer, error) {
	return account.Load(ctx, q.DB, identity.From(ctx).UserID)
}

// ViewerSessions answers where the caller is signed in.
func (q queries) ViewerSessions(ctx context.Context) ([]model.Session, error) {
	return account.LoadSessions(ctx, q.DB, identity.From(ctx).UserID, uuid.Nil, q.Runner.Now())
}

// Register makes an account.
func (m mutations) Register(ctx context.Context, in model.RegisterInput) (*model.OkPayload, error) {
	return ok(m.Accounts.Register(ctx, in))
}

// VerifyEmail confirms an address.
func (m mutations) VerifyEmail(ctx context.Context, in model.TokenInput) (*model.ViewerPayload, error) {
	return changeViewer(ctx, m.Resolver, "verifyEmail", in, account.VerifyEmail)
}

// ResendVerification has a mail sent again.
func (m mutations) ResendVerification(ctx context.Context, in model.EmailInput) (*model.OkPayload, error) {
	return plain(ctx, m.Resolver, "resendVerification", in, account.ResendVerification)
}

// signedIn answers with the tokens of a session: in cookies, or in the payload.
func (m mutations) signedIn(ctx context.Context, t session.Tokens) (*model.SessionPayload, error) {
	sessions, err := account.LoadSessions(ctx, m.DB, uuid.Nil, t.Session.UUID, m.Runner.Now())
	if err != nil || len(sessions) == 0 {
		return nil, err
	}
	payload := &model.SessionPayload{Session: &sessions[0], AccessTokenExpiresAt: &t.Until, UserErrors: userErrors(nil)}
	payload.Session.Current = true
	if t.Cookie {
		m.Accounts.Sessions.Cookies.Give(ctx, t, m.Runner.Now())
		return payload, nil
	}
	refresh := t.Refresh.Reveal()
	payload.AccessToken, payload.RefreshToken = &t.Access, &refresh
	return payload, nil
}

// Login begins a session.
func (m mutations) Login(ctx context.Context, in model.LoginInput) (*model.SessionPayload, error) {
	tokens, faults, err := m.Accounts.Login(ctx, in)
	if err != nil || len(faults) > 0 {
		return &model.SessionPayload{UserErrors: userErrors(faults)}, err
	}
	return m.signedIn(ctx, tokens)
}

// RefreshSession renews a session. A browser whose session has ended forgets it.
func (m mutations) RefreshSession(ctx context.Context, in model.RefreshSessionInput) (*model.SessionPayload, error) {
	tokens, faults, err := m.Accounts.Refresh(ctx, in)
	if err != nil || len(faults) > 0 {
		if err == nil && in.RefreshToken == nil {
			m.Accounts.Sessions.Cookies.Take(ctx)
		}
		return &model.SessionPayload{UserErrors: userErrors(faults)}, err
	}
	return m.signedIn(ctx, tokens)
}

// Logout ends the session of the request.
func (m mutations) Logout(ctx context.Context) (*model.OkPayload, error) {
	if err := m.Accounts.Logout(ctx); err != nil {
		return nil, err
	}
	m.Accounts.Sessions.Cookies.Take(ctx)
	return ok(nil, nil)
}

// RevokeSession ends a session.
func (m mutations) RevokeSession(ctx context.Context, in model.RevokeSessionInput) (*model.OkPayload, error) {
	return plain(ctx, m.Resolver, "revokeSession", in, account.RevokeSession)
}

// RevokeAllSessions ends the sessions of an account.
func (m mutations) RevokeAllSessions(ctx context.Context, in model.RevokeAllSessionsInput) (*model.RevokeAllSessionsPayload, error) {
	n, faults, err := command.Run(ctx, m.Runner, "revokeAllSessions", in, account.RevokeAllSessions)
	if err != nil || len(faults) > 0 {
		return &model.RevokeAllSessionsPayload{UserErrors: userErrors(faults)}, err
	}
	return &model.RevokeAllSessionsPayload{Revoked: &n, UserErrors: userErrors(nil)}, nil
}

// RequestPasswordReset has a link sent.
func (m mutations) RequestPasswordReset(ctx context.Context, in model.EmailInput) (*model.OkPayload, error) {
	return plain(ctx, m.Resolver, "requestPasswordReset", in, account.RequestPasswordReset)
}

// ResetPassword sets a password by a token.
func (m mutations) ResetPassword(ctx context.Context, in model.ResetPasswordInput) (*model.OkPayload, error) {
	return ok(m.Accounts.ResetPassword(ctx, in))
}

// ChangePassword changes the caller's password.
func (m mutations) ChangePassword(ctx context.Context, in model.ChangePasswordInput) (*model.OkPayload, error) {
	return ok(m.Accounts.ChangePassword(ctx, in))
}

// RequestEmailChange has a link sent to a new address.
func (m mutations) RequestEmailChange(ctx context.Context, in model.RequestEmailChangeInput) (*model.OkPayload, error) {
	return ok(m.Accounts.RequestEmailChange(ctx, in))
}

// ConfirmEmailChange changes an address by a token.
func (m mutations) ConfirmEmailChange(ctx context.Context, in model.TokenInput) (*model.ViewerPayload, error) {
	return changeViewer(ctx, m.Resolver, "confirmEmailChange", in, account.ConfirmEmailChange)
}

// Reauthenticate opens sensitive operations to the session.
func (m mutations) Reauthenticate(ctx context.Context, in model.ReauthenticateInput) (*model.ReauthenticatePayload, error) {
	until, faults, err := m.Accounts.Reauthenticate(ctx, in)
	if err != nil || len(faults) > 0 {
		return &model.ReauthenticatePayload{UserErrors: userErrors(faults)}, err
	}
	return &model.ReauthenticatePayload{Ok: true, Until: &until, UserErrors: userErrors(nil)}, nil
}

// RegisterSigningKey keeps a key.
func (m mutations) RegisterSigningKey(ctx context.Context, in model.RegisterSigningKeyInput) (*model.SigningKeyPayload, error) {
	key, faults, err := run(ctx, m.Resolver, "registerSigningKey", in, account.RegisterSigningKey,
		func(ctx context.Context, id publicid.ID) (*model.SigningKey, error) {
			keys, err := account.LoadKeys(ctx, m.DB, uuid.Nil, id.UUID)
			if err != nil || len(keys) == 0 {
				return nil, err
			}
			return &keys[0], nil
		})
	if err != nil {
		return nil, err
	}
	return &model.SigningKeyPayload{SigningKey: key, UserErrors: faults}, nil
}

// RevokeSigningKey ends a key.
func (m mutations) RevokeSigningKey(ctx context.Context, in model.RevokeSigningKeyInput) (*model.OkPayload, error) {
	return plain(ctx, m.Resolver, "revokeSigningKey", in, account.RevokeSigningKey)
}

// UpdateProfile changes the caller's profile.
func (m mutations) UpdateProfile(ctx context.Context, in model.UpdateProfileInput) (*model.ViewerPayload, error) {
	return changeViewer(ctx, m.Resolver, "updateProfile", in, account.UpdateProfile)
}

// DeleteAccount deletes the caller's account in a week.
func (m mutations) DeleteAccount(ctx context.Context, in model.DeleteAccountInput) (*model.OkPayload, error) {
	faults, err := m.Accounts.Delete(ctx, in)
	if err == nil && len(faults) == 0 {
		m.Accounts.Sessions.Cookies.Take(ctx)
	}
	return ok(faults, err)
}
