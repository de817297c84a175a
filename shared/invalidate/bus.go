package invalidate

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/cachekey"
)

//go:embed state.lua
var stateSource string

//go:embed versions.lua
var versionsSource string

var (
	stateScript    = redis.NewScript(stateSource)
	versionsScript = redis.NewScript(versionsSource)
)

// logPage is how many messages of the log are read in one round trip.
const logPage = 1000

// ErrNoBus means that the bus has no state that can be believed: nothing was ever
// published, or Redis restarted and nothing has been published since.
var ErrNoBus = errors.New("the bus has no state")

// State is where the bus stands.
type State struct {
	// Epoch is also the sequence that the epoch began after.
	Epoch, Seq uint64
	// Age is the time since the last heartbeat, and since 1970 where there was none, or
	// the server's clock was set back since.
	// Rows are no sign of life: they may be the first of a long backlog.
	Age time.Duration
	// Fence of the last heartbeat.
	Fence uint64
}

// Bus is the readers' side of what a Publisher writes.
type Bus struct {
	client redis.UniversalClient
	space  cachekey.Space
}

// NewBus returns the bus of a space, or of the default one.
func NewBus(client redis.UniversalClient, space cachekey.Space) *Bus {
	if space == "" {
		space = cachekey.DefaultSpace
	}
	return &Bus{client: client, space: space}
}

// Subscribe opens the channel. The caller owns what it returns, and receives from
// it with deadlines of its own.
func (b *Bus) Subscribe(ctx context.Context) *redis.PubSub {
	return b.client.Subscribe(ctx, b.space.Channel())
}

// State reads where the bus stands.
func (b *Bus) State(ctx context.Context) (State, error) {
	reply, err := stateScript.Run(ctx, b.client, []string{b.space.State()}).StringSlice()
	if errors.Is(err, redis.Nil) {
		return State{}, ErrNoBus
	}
	if err != nil {
		return State{}, fmt.Errorf("read the state of the bus: %w", err)
	}
	var n [4]uint64
	if len(reply) != len(n) {
		return State{}, errReply
	}
	for i, text := range reply {
		var ok bool
		if n[i], ok = number(text); !ok {
			return State{}, errReply
		}
	}
	return State{Epoch: n[0], Seq: n[1], Age: time.Duration(n[2]) * time.Millisecond, Fence: n[3]}, nil //nolint:gosec // a clock's reading
}

// Replay gives the messages of the log after a sequence, in order, until it ends
// or apply returns false. Holes are the caller's to notice: the log is capped, so
// the first message may be a later one than after+1.
func (b *Bus) Replay(ctx context.Context, after uint64, apply func(Message) bool) error {
	for {
		page, err := b.client.XRangeN(ctx, b.space.Log(), fmt.Sprintf("(%d-0", after), "+", logPage).Result()
		if err != nil {
			return fmt.Errorf("replay the log after %d: %w", after, err)
		}
		for _, item := range page {
			text, _ := item.Values["m"].(string)
			m, err := Decode(text)
			if err != nil {
				return fmt.Errorf("replay the log at %s: %w", item.ID, err)
			}
			if after = m.Seq; !apply(m) {
				return nil
			}
		}
		if len(page) < logPage {
			return nil
		}
	}
}

// Version is what the bus knows of some tags.
type Version struct {
	// Touched is the sequence at which the last of them was touched in this epoch,
	// 0 if none was.
	Touched uint64
	// Since is the start of the epoch, before which nothing is known.
	Since uint64
}

// Vouches tells whether nothing that was published has touched the tags since the
// stamp. What was committed and not published, it cannot know.
func (v Version) Vouches(asOf uint64) bool { return asOf >= max(v.Touched, v.Since) }

// Version reads what is known of the tags. It is ErrNoBus where nothing is.
func (b *Bus) Version(ctx context.Context, tags []string) (Version, error) {
	args := make([]any, 0, len(tags)+1)
	args = append(args, Everything)
	for _, tag := range tags {
		args = append(args, tag)
	}
	reply, err := versionsScript.Run(ctx, b.client, []string{b.space.State(), b.space.Tags()}, args...).StringSlice()
	if errors.Is(err, redis.Nil) {
		return Version{}, ErrNoBus
	}
	if err != nil {
		return Version{}, fmt.Errorf("read tag versions: %w", err)
	}
	if len(reply) != 2 {
		return Version{}, errReply
	}
	touched, okTouched := number(reply[0])
	since, okSince := number(reply[1])
	if !okTouched || !okSince {
		return Version{}, errReply
	}
	return Version{Touched: touched, Since: since}, nil
}
