package app

import (
	"context"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/invalidate"
	"github.com/tercul/tercul/write/internal/command"
)

// killAt has a writer of these tests kill itself on the way of a change: the step and
// how many changes come there before, as "after commit:7".
const killAt = "TERCUL_TEST_KILL_AT"

// The steps.
const (
	beforeCommit = "before commit"
	afterCommit  = "after commit"
	inPublish    = "in publish"
	afterPublish = "after publish"
)

// arm puts a trigger at a step of the way, around what the writer has there.
func arm(w *Writer, at string) {
	step, text, armed := strings.Cut(at, ":")
	if !armed {
		return
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	f := &trigger{step: step}
	f.left.Store(int64(n))
	runner := w.accounts.Runner
	runner.DB = armedDB{runner.DB, f}
	runner.Announce = armedAnnouncer{runner.Announce, f}
	w.redis.AddHook(armedBus{f})
}

// trigger kills the process when it has been pulled so often.
type trigger struct {
	step string
	left atomic.Int64
	busy atomic.Bool // there are changes: a relay that begins publishes, too
}

func (f *trigger) pull(step string) bool { return step == f.step && f.left.Add(-1) < 0 }

func (f *trigger) at(step string) {
	if f.pull(step) {
		die()
	}
}

func die() {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	select {} // it comes at once
}

type armedDB struct {
	command.Database
	*trigger
}

func (d armedDB) BeginTx(ctx context.Context, options pgx.TxOptions) (pgx.Tx, error) {
	tx, err := d.Database.BeginTx(ctx, options)
	return armedTx{tx, d.trigger}, err
}

type armedTx struct {
	pgx.Tx
	*trigger
}

func (tx armedTx) Commit(ctx context.Context) error {
	tx.at(beforeCommit)
	err := tx.Tx.Commit(ctx)
	tx.at(afterCommit)
	return err
}

type armedAnnouncer struct {
	command.Announcer
	*trigger
}

func (a armedAnnouncer) Announce(rows []invalidate.Row) (uint64, bool) {
	a.busy.Store(true)
	seq, ok := a.Announcer.Announce(rows)
	a.at(afterPublish)
	return seq, ok
}

// armedBus kills while the script of a publication is under way: before it is sent,
// while it runs, or before its answer is read.
type armedBus struct{ *trigger }

func (armedBus) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (b armedBus) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		const keys, rows = 4, 4 // evalsha, hash, number of keys, keys, channel, length, fence, rows
		if args := cmd.Args(); cmd.Name() == "evalsha" && len(args) >= 3+keys+3+rows && b.busy.Load() && b.pull(inPublish) {
			go func() {
				time.Sleep(time.Duration(rand.Int64N(int64(300 * time.Microsecond))))
				die()
			}()
		}
		return next(ctx, cmd)
	}
}

func (armedBus) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
