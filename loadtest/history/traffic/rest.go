package traffic

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
)

// AtRest asks every reader everything, in every encoding, and holds the answers
// against the database (I3). Nobody may be editing. Layers lists who answered.
func (c *Clients) AtRest(ctx context.Context, db *pgxpool.Pool, library []*Work) (layers map[string]int, err error) {
	stored, err := Stored(ctx, db, library)
	if err != nil {
		return nil, err
	}
	layers = map[string]int{}
	for reader := range c.bases {
		for _, question := range c.questions {
			for _, encoding := range encodings {
				o, err := c.patiently(ctx, ask{reader: reader, question: question, encoding: encoding})
				if err != nil {
					c.judge.Broken("I3", reader, fmt.Sprintf("%s is not answered at rest: %v", question.Path, err), time.Now())
					continue
				}
				layers[o.Source]++
				c.judge.See(o)
				for register, value := range o.Values {
					if value != stored[register] {
						c.judge.Broken("I3", reader, fmt.Sprintf("%s, %s, from %s: %s is %d, and the database has %d",
							question.Path, encoding, o.Source, c.judge.Ledger.Name(register), value, stored[register]), time.Now())
					}
				}
			}
		}
	}
	return layers, nil
}

// patiently asks a few times: a reader may be busy.
func (c *Clients) patiently(ctx context.Context, a ask) (o history.Observation, err error) {
	for range 5 {
		if o, err = c.ask(ctx, a); err == nil {
			return o, nil
		}
		select {
		case <-ctx.Done():
			return o, ctx.Err()
		case <-time.After(time.Second):
		}
	}
	return o, err
}

// Once asks a reader one question and has the answer judged.
func (c *Clients) Once(ctx context.Context, reader int, q Question, ticket uint64) (history.Observation, error) {
	o, err := c.ask(ctx, ask{reader: reader, question: q, encoding: "identity", ticket: ticket})
	if err == nil {
		c.judge.See(o)
	}
	return o, err
}

// Question is one of those that are asked.
func (c *Clients) Question(i int) Question { return c.questions[i] }
