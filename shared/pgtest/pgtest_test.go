package pgtest_test

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/shared/pgtest"
)

func TestTxLeavesNothingBehind(t *testing.T) {
	ctx := context.Background()
	count := func(t *testing.T) (n int) {
		require.NoError(t, pgtest.Pool(t).QueryRow(ctx, `SELECT count(*) FROM core.series`).Scan(&n))
		return n
	}
	t.Run("a test that writes", func(t *testing.T) {
		_, err := pgtest.Tx(t).Exec(ctx, `INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), 'a', 'A')`)
		require.NoError(t, err)
	})
	require.Zero(t, count(t))
}

func TestDatabaseIsItsOwn(t *testing.T) {
	ctx := context.Background()
	one, two := pgtest.Open(t, pgtest.Database(t)), pgtest.Open(t, pgtest.Database(t))
	_, err := one.Exec(ctx, `INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), 'a', 'A')`)
	require.NoError(t, err)
	var n int
	require.NoError(t, two.QueryRow(ctx, `SELECT count(*) FROM core.series`).Scan(&n))
	require.Zero(t, n)
}

func TestRedisDatabasesAreApartAndEmpty(t *testing.T) {
	ctx := context.Background()
	one, two := pgtest.Redis(t), pgtest.Redis(t)
	require.NotEqual(t, one.Options().DB, two.Options().DB)
	require.NoError(t, one.Set(ctx, "k", "v", 0).Err())
	require.ErrorIs(t, two.Get(ctx, "k").Err(), redis.Nil)
}

func TestRedisURLNamesTheDatabase(t *testing.T) {
	options, err := redis.ParseURL(pgtest.RedisURL(t))
	require.NoError(t, err)
	require.Positive(t, options.DB)
	client := redis.NewClient(options)
	defer func() { require.NoError(t, client.Close()) }()
	require.NoError(t, client.Ping(context.Background()).Err())
}

func TestRedisIsEmptiedAndGivenBack(t *testing.T) {
	ctx := context.Background()
	var used *redis.Options
	t.Run("use", func(t *testing.T) {
		client := pgtest.Redis(t)
		used = client.Options()
		require.NoError(t, client.Set(ctx, "k", "v", 0).Err())
	})
	if used == nil {
		t.Skip("short: needs Redis")
	}
	client := redis.NewClient(&redis.Options{Addr: used.Addr, DB: used.DB})
	defer func() { require.NoError(t, client.Close()) }()
	require.ErrorIs(t, client.Get(ctx, "k").Err(), redis.Nil)
}

// TestStandbyFollows has a standby lag, catch up and become a primary.
func TestStandbyFollows(t *testing.T) {
	ctx := context.Background()
	primary := pgtest.Primary(t)
	standby := primary.Standby(t)
	db, copied := pgtest.Open(t, primary.URL), pgtest.Open(t, standby.URL)
	count := func() (n int) {
		require.NoError(t, copied.QueryRow(ctx, `SELECT count(*) FROM core.series`).Scan(&n))
		return n
	}
	standby.CaughtUp(t, primary)
	standby.Pause(t)
	_, err := db.Exec(ctx, `INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), 'a', 'A')`)
	require.NoError(t, err)
	require.Zero(t, count())
	standby.Resume(t)
	standby.CaughtUp(t, primary)
	require.Equal(t, 1, count())
	standby.Promote(t)
	_, err = copied.Exec(ctx, `INSERT INTO core.series (id, slug, title) VALUES (gen_random_uuid(), 'b', 'B')`)
	require.NoError(t, err)
	primary.Kill()
	require.Error(t, db.Ping(ctx))
	require.Equal(t, 2, count())
}
