package views

import (
	"context"
	_ "embed" // the scripts
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"github.com/tercul/tercul/shared/limit"
)

//go:embed count.lua
var countSource string

//go:embed take.lua
var takeSource string

//go:embed drop.lua
var dropSource string

var (
	countScript = redis.NewScript(countSource)
	takeScript  = redis.NewScript(takeSource)
	dropScript  = redis.NewScript(dropSource)
)

// visitorLasts is the window and an hour for clocks that differ.
const visitorLasts = window + time.Hour

func (c *Counter) countShared(ctx context.Context, v Visit, now time.Time) (outcome, error) {
	keys, err := c.keys.around(ctx, now)
	if err != nil {
		return "", err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	subject, address := v.Subject.UUID.String(), limit.Subject(v.Client)
	names := []string{c.cfg.Space.Views("open")}
	for _, key := range keys {
		names = append(names, c.cfg.Space.Views("seen:"+hide(key, address, v.UserAgent, subject)))
	}
	names = append(names, c.cfg.Space.Views("from:"+hide(keys[today], address)), c.cfg.Space.Views("from:"+hide(keys[today], address, subject)))
	answer, err := countScript.Run(ctx, c.cfg.Redis, names, now.UnixMilli(), window.Milliseconds(), fieldOf(v.Subject.UUID, now), id.String(),
		perAddress, perSubject, maxFields, int(visitorLasts.Seconds())).Int()
	if err != nil {
		return "", err
	}
	return map[int]outcome{1: counted, 0: repeated, -1: bounded}[answer], nil
}

// fieldOf is a subject and an hour in a batch.
func fieldOf(id uuid.UUID, now time.Time) string {
	return id.String() + ":" + strconv.FormatInt(now.Unix()/3600, 10)
}

// take is the batch in Redis that is to be stored next; nil where there is none.
func (c *Counter) take(ctx context.Context) (*Batch, error) {
	list, err := takeScript.Run(ctx, c.cfg.Redis, []string{c.cfg.Space.Views("open"), c.cfg.Space.Views("taken")}).StringSlice()
	if err != nil {
		return nil, &awayError{err}
	}
	if len(list) == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	b := &Batch{Counts: make(map[Place]int, len(list)/2)}
	for i := 0; i+1 < len(list); i += 2 {
		if err := b.read(list[i], list[i+1]); err != nil {
			return nil, err
		}
	}
	if b.ID == uuid.Nil {
		return nil, errNoID
	}
	return b, nil
}

var errNoID = errors.New("the batch of views in Redis has no id")

// drop forgets a batch that is stored.
func (c *Counter) drop(ctx context.Context, id uuid.UUID) error {
	if err := dropScript.Run(ctx, c.cfg.Redis, []string{c.cfg.Space.Views("taken")}, id.String()).Err(); err != nil {
		return &awayError{err}
	}
	return nil
}

// read reads a field of a batch.
func (b *Batch) read(field, value string) (err error) {
	switch field {
	case "id":
		b.ID, err = uuid.Parse(value)
		return err
	case "since":
		return nil
	}
	subject, hour, _ := strings.Cut(field, ":")
	var p Place
	if p.Subject, err = uuid.Parse(subject); err != nil {
		return fmt.Errorf("a field of a batch of views: %w", err)
	}
	if p.Hour, err = strconv.ParseInt(hour, 10, 64); err != nil {
		return fmt.Errorf("a field of a batch of views: %w", err)
	}
	b.Counts[p], err = strconv.Atoi(value)
	return err
}
