package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// RedisVariable names the setting that holds the Redis server's URL.
const RedisVariable = "TERCUL_TEST_REDIS_URL"

const (
	// leaseTime is how long a database stays taken when its test is killed.
	leaseTime = 10 * time.Minute
	// leaseWait is how long a test waits for a database when all are taken.
	leaseWait = 2 * time.Minute
)

// Redis is a client of a Redis database of the test's own, empty at the start and at the end. Publish and subscribe
// reach across databases: channels need names of their own.
func Redis(t testing.TB) *redis.Client {
	t.Helper()
	options := lease(t)
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// RedisURL is the URL of such a database, for services that connect by themselves.
func RedisURL(t testing.TB) string {
	t.Helper()
	options := lease(t)
	address, err := url.Parse(os.Getenv(RedisVariable))
	if err != nil {
		t.Fatalf("%s: %v", RedisVariable, err)
	}
	address.Path = fmt.Sprintf("/%d", options.DB)
	return address.String()
}

// lease takes a database for this test. Database 0 holds the leases: one key for each database taken, with an expiry.
func lease(t testing.TB) *redis.Options {
	t.Helper()
	if testing.Short() {
		t.Skip("short: needs Redis")
	}
	server := os.Getenv(RedisVariable)
	if server == "" {
		t.Fatalf("%s is not set: run `make test`, which starts a throw-away server and sets it", RedisVariable)
	}
	options, err := redis.ParseURL(server)
	if err != nil {
		t.Fatalf("%s: %v", RedisVariable, err)
	}
	options.DB = 0
	leases := redis.NewClient(options)
	t.Cleanup(func() { _ = leases.Close() })
	number, release := take(t, leases)
	own := *options
	own.DB = number
	flush(t, &own)
	t.Cleanup(func() { flush(t, &own); release() })
	return &own
}

func take(t testing.TB, leases *redis.Client) (number int, release func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), leaseWait)
	defer cancel()
	owner, count := rand.Text(), databases(ctx, t, leases)
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		for n := 1; n < count; n++ {
			key := fmt.Sprintf("tercul:test:lease:%d", n)
			switch got, err := leases.SetNX(ctx, key, owner, leaseTime).Result(); {
			case err != nil:
				t.Fatalf("take a Redis database: %v", err)
			case got:
				return n, func() { leases.Del(context.Background(), key) }
			}
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			t.Fatalf("all %d Redis databases are taken by other tests", count-1)
		}
	}
}

func databases(ctx context.Context, t testing.TB, client *redis.Client) int {
	t.Helper()
	answer, err := client.ConfigGet(ctx, "databases").Result()
	if err != nil {
		t.Fatalf("connect to %s: %v", RedisVariable, err)
	}
	count, err := strconv.Atoi(answer["databases"])
	if err != nil || count < 2 {
		t.Fatalf("the Redis server of %s must have at least 2 databases", RedisVariable)
	}
	return count
}

func flush(t testing.TB, options *redis.Options) {
	t.Helper()
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	if err := client.FlushDB(context.Background()).Err(); err != nil {
		t.Errorf("empty Redis database %d: %v", options.DB, err)
	}
}
