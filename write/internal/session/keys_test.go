package session_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
	"github.com/tercul/tercul/write/internal/secret"
	"github.com/tercul/tercul/write/internal/session"
	"github.com/tercul/tercul/write/internal/token"
)

func key(id, letter string) secret.Key {
	return secret.Key{ID: id, Secret: secret.New([]byte(strings.Repeat(letter, secret.Size)))}
}

func ring(t *testing.T, keys ...secret.Key) secret.Ring {
	t.Helper()
	r, err := secret.NewRing(keys...)
	require.NoError(t, err)
	return r
}

// A key's life, with two writers that see it: what one issues the other accepts.
func TestKeysComeAndGo(t *testing.T) {
	db := pgtest.Open(t, pgtest.Database(t)+"&role=tercul_writer")
	now := time.Now()
	clock := func() time.Time { return now }
	access, err := token.NewAccess(token.AccessConfig{Issuer: "https://w", Audience: "w", Now: clock})
	require.NoError(t, err)
	writers := make([]*session.Keys, 4)
	var wg sync.WaitGroup
	for i := range writers {
		writers[i], err = session.NewKeys(db, ring(t, key("old", "o")), clock)
		require.NoError(t, err)
		require.False(t, writers[i].Current().Signs())
		wg.Go(func() { require.NoError(t, writers[i].Rotate(t.Context())) }) //nolint:testifylint // the test fails either way
	}
	wg.Wait()
	statuses := func() (list []string) {
		rows, err := db.Query(t.Context(), "SELECT status FROM auth.jwt_keys ORDER BY status")
		require.NoError(t, err)
		defer rows.Close()
		for rows.Next() {
			var s string
			require.NoError(t, rows.Scan(&s))
			list = append(list, s)
		}
		return list
	}
	require.Equal(t, []string{"ACTIVE"}, statuses(), "several writers make one first key")
	issue := func(k *session.Keys) string {
		raw, _, err := access.Issue(k.Current(), token.Grant{Subject: "s", Session: "x", Epoch: 1})
		require.NoError(t, err)
		return raw
	}
	now = now.Add(29*24*time.Hour + time.Minute)
	require.NoError(t, writers[0].Rotate(t.Context()))
	require.Equal(t, []string{"ACTIVE", "NEXT"}, statuses())
	require.Contains(t, string(writers[0].Current().JWKS()), "},{", "the next one is known ahead")
	now = now.Add(24 * time.Hour)
	before := issue(writers[0])
	require.NoError(t, writers[0].Rotate(t.Context()))
	require.Equal(t, []string{"ACTIVE", "RETIRING"}, statuses())
	require.NoError(t, writers[1].Load(t.Context()))
	for _, raw := range []string{before, issue(writers[0])} {
		_, err = access.Verify(writers[1].Current(), raw)
		require.NoError(t, err)
	}
	now = now.Add(16 * time.Minute)
	require.NoError(t, writers[0].Rotate(t.Context()))
	require.Equal(t, []string{"ACTIVE"}, statuses())

	// A new key of the configuration seals what is stored, and the old one may go.
	both, err := session.NewKeys(db, ring(t, key("new", "n"), key("old", "o")), clock)
	require.NoError(t, err)
	require.NoError(t, both.Rotate(t.Context()))
	alone, err := session.NewKeys(db, ring(t, key("new", "n")), clock)
	require.NoError(t, err)
	require.NoError(t, alone.Load(t.Context()))
	_, err = access.Verify(writers[0].Current(), issue(alone))
	require.NoError(t, err)
	require.Error(t, writers[2].Load(t.Context()), "it cannot be opened without its key")
}
