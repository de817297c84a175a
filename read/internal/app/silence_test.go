package app

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/read/internal/evict"
	"github.com/tercul/tercul/shared/pgtest"
)

// TestTheRelayStops while Redis goes on: nobody publishes what is committed, and the
// versions in Redis say that nothing was. A reader that has noticed answers nothing
// older than the commit, and it does notice.
func TestTheRelayStops(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a server: -short")
	}
	env := settings(t, "TERCUL_REDIS_URL", pgtest.RedisURL(t))
	stop := publish(t, env)
	s, other := begin(t, env), begin(t, env)
	s.onTheBus()
	other.onTheBus()
	path := s.document("WorkPage") + vars(`{"slug":"`+slug+`"}`)
	require.Equal(t, 200, other.get(path).status) // and so it is in Redis
	other.settled()
	old := s.get(path)
	require.Equal(t, 200, old.status)

	stop()
	conn, err := pgx.Connect(t.Context(), env["TERCUL_DATABASE_URL"])
	require.NoError(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	text := "A description that nobody publishes."
	describe(t, conn, &text)

	for answers, limit := 0, time.Now().Add(time.Minute); answers < 10; {
		mode := s.r.follower.Mode()
		r := s.get(path)
		require.Equal(t, 200, r.status, r.body)
		if mode != evict.Bus {
			require.Equal(t, &text, described(t, r.body), "%v (%s)", mode, r.header.Get("Cache-Status"))
		}
		if mode == evict.Outbox {
			answers++
		}
		require.True(t, time.Now().Before(limit), "still on the %v", mode)
	}
}

func describe(t *testing.T, conn *pgx.Conn, text *string) {
	t.Helper()
	tag, err := conn.Exec(context.Background(), "UPDATE core.works SET description = $1 WHERE id = (SELECT id FROM view.work WHERE slug = $2)", text, slug)
	require.NoError(t, err)
	require.EqualValues(t, 1, tag.RowsAffected())
}

func described(t *testing.T, body string) *string {
	t.Helper()
	var answer struct {
		Data struct{ Work struct{ Description *string } }
	}
	require.NoError(t, json.Unmarshal([]byte(body), &answer))
	return answer.Data.Work.Description
}
