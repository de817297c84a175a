package probe

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tercul/tercul/read/internal/answer"
)

// finding is the result of a comparison.
type finding struct {
	outcome outcome
	cached  *answer.Entry // of a stale one
	young   time.Time     // of an unsure one: when the last change of it was seen
}

// looks is how often two answers that differ are looked at again.
const looks = 3

// compare asks the caches first and the database after them: an answer that is as
// new as the database is a moment later is fresh, at the price of one statement.
// Where they differ, one of the two may just have changed, so both are asked again
// until the database says the same twice with the caches' answer in between.
func (p *Prober) compare(ctx context.Context, conn *pgx.Conn, origin answer.Source, q *answer.Query) (finding, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Limit)
	defer cancel()
	cached := p.cfg.Cached(ctx, q)
	if cached == nil {
		return finding{outcome: absent}, nil
	}
	before, err := ask(ctx, origin, q)
	for range looks {
		if err != nil {
			return finding{outcome: failed}, broken(conn, err)
		}
		if cached.Sum == before.Sum {
			return finding{outcome: fresh}, nil
		}
		if cached = p.cfg.Cached(ctx, q); cached == nil {
			return finding{outcome: absent}, nil // it was on its way out
		}
		if cached.Sum == before.Sum {
			return finding{outcome: fresh}, nil
		}
		var after *answer.Entry
		if after, err = ask(ctx, origin, q); err == nil && after.Sum == before.Sum {
			return p.judge(ctx, conn, cached, after)
		}
		before = after
	}
	if err != nil {
		return finding{outcome: failed}, broken(conn, err)
	}
	return finding{outcome: unsure}, nil
}

// judge tells an answer that is out of date from one that has just become so.
func (p *Prober) judge(ctx context.Context, conn *pgx.Conn, cached, truth *answer.Entry) (finding, error) {
	if err := p.outbox.look(ctx, conn, p.cfg.Now); err != nil {
		return finding{outcome: failed}, err
	}
	if seen := p.outbox.youngest(p.cfg.Now(), cached.Slots, truth.Slots); !seen.IsZero() {
		return finding{outcome: unsure, young: seen}, nil
	}
	return finding{outcome: stale, cached: cached}, nil
}

func ask(ctx context.Context, origin answer.Source, q *answer.Query) (*answer.Entry, error) {
	again := *q
	again.Enc = answer.Identity // the data's sum is that of all encodings
	res, err := origin.Answer(ctx, &again)
	return res.Entry, err
}

// broken is the error of a connection that cannot be used any more; a question that
// fails by itself is no reason to open another.
func broken(conn *pgx.Conn, err error) error {
	if conn.IsClosed() {
		return err
	}
	return nil
}
