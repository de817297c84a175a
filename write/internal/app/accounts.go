package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/tercul/tercul/shared/limit"
	"github.com/tercul/tercul/shared/pg"
	"github.com/tercul/tercul/write"
	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/api"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/contribution"
	"github.com/tercul/tercul/write/internal/graph"
	"github.com/tercul/tercul/write/internal/job"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/signature"
	"github.com/tercul/tercul/write/internal/token"
)

// openAccounts puts together who is who: keys, sessions, passwords.
func (w *Writer) openAccounts(_ context.Context, _ io.Writer) (err error) {
	cfg := w.cfg.Sessions
	w.sessions = &session.Sessions{Cookies: session.Cookies{Insecure: cfg.Cookies == cookiesLoopback}}
	if w.sessions.Access, err = token.NewAccess(token.AccessConfig{Issuer: w.cfg.API.URL, Audience: cfg.Audience, Leeway: clocksDiffer}); err != nil {
		return err
	}
	if w.sessions.Refresh, err = token.NewRefresh(token.RefreshConfig{Lifetime: session.Idle, Keys: cfg.Refresh}); err != nil {
		return err
	}
	if w.keys, err = session.NewKeys(w.db, cfg.SealKeys, time.Now); err != nil {
		return err
	}
	w.sessions.Keys = w.keys
	hasher, judge, err := w.cfg.Password.Open(w.metrics)
	if err != nil {
		return err
	}
	queue, err := job.NewQueue()
	if err != nil {
		return err
	}
	validate, err := command.NewValidator()
	if err != nil {
		return err
	}
	runner := &command.Runner{DB: w.db, Jobs: queue, Validate: validate, Now: time.Now, Log: w.log}
	if w.announce != nil {
		runner.Announce = w.announce
	}
	w.accounts = account.New(account.Config{Runner: runner, DB: w.db, Hasher: hasher, Policy: judge, Sessions: w.sessions})
	return nil
}

// clocksDiffer is how far the clocks of two writers may be apart.
const clocksDiffer = 5 * time.Second

// openAPI puts the way of a request together.
func (w *Writer) openAPI(_ context.Context, _ io.Writer) error {
	documents, err := w.documents()
	if err != nil {
		return err
	}
	verifier, err := signature.NewVerifier(signature.Config{Origin: w.cfg.API.URL})
	if err != nil {
		return err
	}
	cfg := api.Config{
		Schema: graph.NewExecutableSchema(graph.Config{Resolvers: &graph.Resolver{
			Runner: w.accounts.Runner, DB: w.db, Accounts: w.accounts, Views: w.views, Contributions: &contribution.Desk{Config: w.cfg.Contributions},
		}}),
		Documents: documents,
		Identify: &session.Identifier{
			DB: w.db, Access: w.sessions.Access, Keys: w.keys, Cookies: w.sessions.Cookies, Signature: verifier,
			Client: w.client(), Now: time.Now,
		},
		Log: w.log, Metrics: w.metrics, Now: time.Now, Timeout: w.cfg.API.Timeout, URL: w.cfg.API.URL, Origins: w.cfg.API.Origins,
	}
	limiter, err := w.limiter()
	if err != nil {
		return err
	}
	if limiter != nil {
		cfg.Limiter = limiter
	}
	w.api, err = api.New(cfg)
	return err
}

func (w *Writer) documents() (*api.Documents, error) {
	checker, err := api.NewChecker()
	if err != nil {
		return nil, err
	}
	files, err := write.Operations()
	if err != nil {
		return nil, err
	}
	return api.NewDocuments(checker, files, w.cfg.API.Documents == "any")
}

// client is the address of a caller, as the proxies tell it.
func (w *Writer) client() func(*http.Request) netip.Addr {
	proxies := limit.Proxies{Prefixes: w.cfg.API.Proxies, Hops: w.cfg.API.Hops}
	return func(r *http.Request) netip.Addr {
		return proxies.ClientIP(r.RemoteAddr, r.Header.Values("X-Forwarded-For")...)
	}
}

// keepKeys reads the keys of access tokens now and then, so that each writer knows
// what another has changed. The first makes the first key.
func (w *Writer) keepKeys(ctx context.Context, ready func()) error {
	refresh := func(ctx context.Context) error {
		err := w.keys.Load(ctx)
		if err == nil && !w.keys.Current().Signs() {
			err = w.keys.Rotate(ctx)
		}
		return err
	}
	switch err := refresh(ctx); {
	case errors.Is(err, secret.ErrNoKey), errors.Is(err, secret.ErrNotGenuine):
		return fmt.Errorf("TERCUL_WRITE_SEAL_KEYS lacks the key that the keys of access tokens are sealed with: %w", err)
	case err != nil:
		w.log.Warn().Err(pg.Error(err)).Msg("the keys of access tokens cannot be read yet")
	}
	ready()
	return w.every(ctx, "the keys of access tokens cannot be read", loadKeysEvery, refresh)
}

const loadKeysEvery = 30 * time.Second

// checkPeppers ends the writer rather than have it hash passwords with a wrong pepper.
// A database that cannot be asked yet has no accounts to serve; it is asked again.
func (w *Writer) checkPeppers(ctx context.Context, ready func()) error {
	again := time.NewTicker(loadKeysEvery)
	defer again.Stop()
	for complained := false; ; complained = true {
		missing, err := account.CheckPeppers(pg.Named(ctx, "CheckPeppers"), w.db, w.cfg.Password.Peppers)
		switch {
		case errors.Is(err, account.ErrOtherPepper):
			return err
		case err != nil && !complained:
			w.log.Warn().Err(pg.Error(err)).Msg("the peppers cannot be compared yet")
		case err == nil && missing.Accounts > 0:
			w.log.Warn().Int("accounts", missing.Accounts).Strs("peppers", missing.Peppers).Msg(missing.String())
		}
		ready()
		if err == nil {
			<-ctx.Done()
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-again.C:
		}
	}
}
