package limit

import (
	"context"
	_ "embed" // the script
	"fmt"

	"github.com/redis/go-redis/v9"
)

//go:embed allow.lua
var allowSource string

var allowScript = redis.NewScript(allowSource)

// backend counts a request against buckets, and tells for each in how many
// microseconds it will be full.
type backend interface {
	take(ctx context.Context, keys []string, buckets []bucket) (allowed bool, full []int64, err error)
}

// shared counts in Redis, for every process of the installation.
type shared struct{ redis redis.Scripter }

func (s shared) take(ctx context.Context, keys []string, buckets []bucket) (allowed bool, full []int64, err error) {
	args := make([]any, 0, 2*len(buckets))
	for _, b := range buckets {
		args = append(args, b.interval, b.capacity)
	}
	answer, err := allowScript.Run(ctx, s.redis, keys, args...).Int64Slice()
	switch {
	case err != nil:
		return false, nil, err
	case len(answer) != len(keys)+1:
		return false, nil, fmt.Errorf("limit: the script answered %d numbers to %d keys", len(answer), len(keys))
	}
	return answer[0] == 1, answer[1:], nil
}
