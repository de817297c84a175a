package evict

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/shared/invalidate"
)

// standby is the history of a server that cannot tell: another one every time.
const standby = "standby"

// askHistory asks whose past the outbox has, and the xmin of the question's snapshot.
func askHistory(ctx context.Context, conn *pgx.Conn) (history string, xmin uint64, err error) {
	var known *string
	var text string
	if err := conn.QueryRow(ctx, invalidate.HistorySQL).Scan(&known, &text); err != nil {
		return "", 0, fmt.Errorf("ask for the history of the database: %w", err)
	}
	if xmin, err = strconv.ParseUint(text, 10, 64); err != nil {
		return "", 0, fmt.Errorf("ask for the history of the database: %w", err)
	}
	if known == nil {
		return standby, xmin, nil
	}
	return *known, xmin, nil
}

// introduce asks for the history while the bus is still there, so that a poller which
// begins when it is lost can tell whether the outbox is the one that the bus carried. It
// gives up when a poller has asked before.
func (f *Follower) introduce(ctx context.Context) {
	for wait := firstWait; !f.introduced() && ctx.Err() == nil; wait = min(wait*2, lastWait) {
		if history, err := f.askOnce(ctx); err == nil {
			f.meetFirst(history)
			return
		}
		sleep(ctx, wait)
	}
}

func (f *Follower) askOnce(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, f.cfg.Silence/2)
	defer cancel()
	conn, err := f.cfg.Connect(ctx)
	if err != nil {
		return "", err
	}
	defer bye(ctx, conn)
	history, _, err := askHistory(ctx, conn)
	return history, err
}

// bye closes a connection, but does not wait for long to be heard.
func bye(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	_ = conn.Close(ctx)
}

const goodbye = 100 * time.Millisecond

func (f *Follower) introduced() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.history != ""
}

// met notes the history of the outbox, and answers the one before.
func (f *Follower) met(history string) (before string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, f.history = f.history, history
	return before
}

// meetFirst notes a history that was asked for a while ago, unless another one is known.
func (f *Follower) meetFirst(history string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.history == "" {
		f.history = history
	}
}
