package writetest

import (
	"crypto/rand"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/account"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/password"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/token"
)

// Password is what accounts of tests have that are given one.
const Password = "ulmus et vitis et acanthus"

// keyed is the keys of access tokens of a test.
type keyed struct{ *token.KeySet }

// Current are the keys.
func (k keyed) Current() *token.KeySet { return k.KeySet }

// ring is keys for whatever a test seals, hashes or derives.
var ring = sync.OnceValues(func() (secret.Ring, error) {
	key := make([]byte, secret.Size)
	_, _ = rand.Read(key)
	return secret.NewRing(secret.Key{ID: "test", Secret: secret.New(key)})
})

// accounts are those of a world, with the cheapest hashes there may be.
func (w *World) accounts(runner *command.Runner) *account.Accounts {
	w.T.Helper()
	keys, err := ring()
	require.NoError(w.T, err)
	hasher, err := password.New(password.Config{Peppers: keys, Concurrent: 2})
	require.NoError(w.T, err)
	judge, err := password.NewPolicy(password.PolicyConfig{Words: []string{"tercul"}})
	require.NoError(w.T, err)
	access, err := token.NewAccess(token.AccessConfig{Issuer: "https://test", Audience: "test", Now: runner.Now})
	require.NoError(w.T, err)
	refresh, err := token.NewRefresh(token.RefreshConfig{Lifetime: session.Idle, Keys: keys})
	require.NoError(w.T, err)
	row, err := token.NewKey(rand.Reader, keys, token.Active, time.Now())
	require.NoError(w.T, err)
	set, err := token.NewKeySet([]token.KeyRow{row}, keys)
	require.NoError(w.T, err)
	return account.New(account.Config{
		Runner: runner, DB: w.Tx, Hasher: hasher, Policy: judge,
		Sessions: &session.Sessions{Access: access, Refresh: refresh, Keys: keyed{set}},
	})
}
