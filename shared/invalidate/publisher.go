package invalidate

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/cachekey"
)

//go:embed publish.lua
var publishSource string

var publishScript = redis.NewScript(publishSource)

const (
	// maxTags is the most tags of a message. A change wider than that costs less
	// as `*` than as a message that every reader and the log have to hold.
	maxTags = 2000
	// A call of the script stops the whole server: these bound one.
	maxRowsPerCall = 100
	maxTagsPerCall = 5000

	defaultLogLength = 10_000
)

// Row is a row of the outbox.
type Row struct {
	ID  int64
	XID uint64
	// At is when it was written. By its id, its transaction and this the bus knows the
	// row again, and announces it once in an epoch; without it, as often as it comes.
	// A row with the id 0 is of no outbox: it says that the database has another past
	// than before, and the bus forgets what it knows.
	At   time.Time
	Tags []string
}

// Receipt says what publishing did.
type Receipt struct {
	// Published rows, counted from the first: on an error, those before it.
	Published int
	// Known are those of them that had been announced in this epoch before.
	Known int
	// Epoch and Seq of the bus after the last of them. A mutation answers Seq as
	// the ticket for read-your-writes.
	Epoch, Seq uint64
	// NewEpoch is set when this publisher had not met the epoch before, which is
	// also so at its first call. The bus may have lost messages that it confirmed:
	// publish the last minute of the outbox again.
	NewEpoch bool
	// Widened rows went out as `*`.
	Widened int
}

// PublisherConfig is what a Publisher needs.
type PublisherConfig struct {
	Redis     redis.UniversalClient
	Space     cachekey.Space // default: cachekey.DefaultSpace
	LogLength int            // messages that can be replayed; default 10,000
}

// Publisher puts committed changes on the bus. It is not safe for concurrent use:
// a relay owns one, and who publishes before the acknowledgement another.
type Publisher struct {
	cfg   PublisherConfig
	keys  []string
	epoch uint64
}

// NewPublisher returns a Publisher.
func NewPublisher(cfg PublisherConfig) *Publisher {
	if cfg.Space == "" {
		cfg.Space = cachekey.DefaultSpace
	}
	if cfg.LogLength <= 0 {
		cfg.LogLength = defaultLogLength
	}
	return &Publisher{cfg: cfg, keys: []string{cfg.Space.State(), cfg.Space.Tags(), cfg.Space.Log(), cfg.Space.Known()}}
}

// Publish announces rows, in their order and all of them, in as few steps as are
// decent to the server. Rows must have been committed.
func (p *Publisher) Publish(ctx context.Context, rows []Row) (Receipt, error) {
	var total Receipt
	for len(rows) > 0 {
		n, args, widened := p.batch(rows)
		if err := p.run(ctx, args, &total); err != nil {
			return total, fmt.Errorf("publish outbox rows %d to %d: %w", rows[0].ID, rows[n-1].ID, err)
		}
		total.Published += n
		total.Widened += widened
		rows = rows[n:]
	}
	return total, nil
}

// Stand tells where the bus stands without saying anything on it.
func (p *Publisher) Stand(ctx context.Context) (Receipt, error) {
	var r Receipt
	if err := p.run(ctx, []any{p.cfg.Space.Channel(), p.cfg.LogLength, ""}, &r); err != nil {
		return r, fmt.Errorf("ask where the bus stands: %w", err)
	}
	return r, nil
}

// Heartbeat shows the readers that the bus is alive and how far it has come, once
// a second. Every committed row of the outbox whose xid is below fence must have
// been published; 0 when that is not known.
func (p *Publisher) Heartbeat(ctx context.Context, fence uint64) (Receipt, error) {
	var r Receipt
	args := []any{p.cfg.Space.Channel(), p.cfg.LogLength, strconv.FormatUint(fence, 10)}
	if err := p.run(ctx, args, &r); err != nil {
		return r, fmt.Errorf("publish heartbeat: %w", err)
	}
	return r, nil
}

// batch takes rows from the front for one call of the script.
func (p *Publisher) batch(rows []Row) (n int, args []any, widened int) {
	args = []any{p.cfg.Space.Channel(), p.cfg.LogLength, ""}
	for tags := 0; n < len(rows) && n < maxRowsPerCall && tags < maxTagsPerCall; n++ {
		row := rows[n]
		list, wide := tagList(row.Tags)
		if wide {
			widened++
		}
		tags += len(row.Tags)
		args = append(args, row.ID, strconv.FormatUint(row.XID, 10), moment(row.At), list)
	}
	return n, args, widened
}

// moment is a time in the outbox's precision.
func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return strconv.FormatInt(at.UnixMicro(), 10)
}

// tagList joins the tags of a row, or widens them to `*` where they cannot go out
// as they are.
func tagList(tags []string) (list string, widened bool) {
	if len(tags) > maxTags {
		return Everything, true
	}
	for _, tag := range tags {
		if !Valid(tag) {
			return Everything, true
		}
	}
	return strings.Join(tags, ","), false
}

func (p *Publisher) run(ctx context.Context, args []any, r *Receipt) error {
	reply, err := publishScript.Run(ctx, p.cfg.Redis, p.keys, args...).StringSlice()
	if err != nil {
		return err
	}
	if len(reply) != 3 {
		return errReply
	}
	epoch, okEpoch := number(reply[0])
	seq, okSeq := number(reply[1])
	known, okKnown := number(reply[2])
	if !okEpoch || !okSeq || !okKnown {
		return errReply
	}
	r.Known += int(known) //nolint:gosec // of at most 100 rows
	r.NewEpoch = r.NewEpoch || epoch != p.epoch
	r.Epoch, r.Seq, p.epoch = epoch, seq, epoch
	return nil
}

var errReply = errors.New("unexpected reply of a script")
