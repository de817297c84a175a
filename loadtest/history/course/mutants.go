package course

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tercul/tercul/loadtest/history"
	"github.com/tercul/tercul/loadtest/history/rig"
	"github.com/tercul/tercul/loadtest/history/traffic"
)

// Patient are settings of readers whose database is made slow on purpose.
var Patient = []string{"TERCUL_READ_TIMEOUT=20s", "TERCUL_DATABASE_STATEMENT_TIMEOUT=25s", "TERCUL_DATABASE_CONNECT_TIMEOUT=20s"}

// trial is what one protection is for: without it, the last answer is old.
type trial struct {
	rule   string
	reader int
	play   func(context.Context, *stage) error
}

// The readers of the rig: one that uses the standby, and one that does not.
const (
	withStandby = iota
	withPrimary
)

var trials = []trial{
	{"stamp", withPrimary, overtakenWhileLoading},
	{"flight", withPrimary, joinedTooLate},
	{"gap", withPrimary, oneMessageLost},
	{"heartbeat", withPrimary, nothingHeard},
	{"fence", withStandby, standbyBehind},
}

// Mutants takes out one protection after the other, and expects each to be missed: the
// judge finds an old answer without it, and none with it.
func Mutants(ctx context.Context, r *rig.Rig, cfg Config, log func(string, ...any)) error {
	cfg.Works = 1
	s, err := begin(ctx, r, cfg, func(string, ...any) {})
	if err != nil {
		return err
	}
	defer s.db.Close()
	var errs []error
	for _, sc := range trials {
		for _, rule := range []string{"", sc.rule} {
			began := time.Now()
			found, err := s.mutant(ctx, sc, rule)
			if err != nil {
				return fmt.Errorf("scenario %s: %w", sc.rule, err)
			}
			name, verdict := "with all protections", "no old answer"
			if rule != "" {
				name = "without " + rule
			}
			if len(found) > 0 {
				verdict = found[0].String()
			}
			log("%-10s %-22s %4.1f s: %s", sc.rule, name, time.Since(began).Seconds(), verdict)
			if (len(found) > 0) != (rule != "") {
				errs = append(errs, fmt.Errorf("scenario %s, %s: %s", sc.rule, name, verdict))
			}
		}
	}
	return errors.Join(errs...)
}

// rounds is how often a scenario is played at most until the judge finds something.
const rounds = 3

func (s *scene) mutant(ctx context.Context, sc trial, rule string) ([]history.Violation, error) {
	if err := s.Readers[sc.reader].Mutate(ctx, rule); err != nil {
		return nil, err
	}
	report := &history.Report{}
	s.judge.Report = report
	for round := range rounds {
		if rule == "" && round > 0 || len(report.Violations) > 0 {
			break
		}
		st := &stage{scene: s, reader: sc.reader, question: s.clients.Question(0)}
		if err := errors.Join(sc.play(ctx, st), s.Mend(ctx)); err != nil {
			return nil, err
		}
		st.asking.Wait()
	}
	return report.Violations, nil
}

// stage is one reader, one question and one register.
type stage struct {
	*scene
	reader   int
	question traffic.Question
	asking   sync.WaitGroup
}

const (
	reaction = time.Second // far longer than a change takes to be heard of
	slow     = 2 * time.Second
)

var errEdit = errors.New("the edit was not acknowledged")

func (st *stage) edit(ctx context.Context) error {
	if !st.Editors.CommandOf(ctx, traffic.FirstRegister) {
		return errEdit
	}
	return nil
}

func (st *stage) ask(ctx context.Context) error {
	_, err := st.clients.Once(ctx, st.reader, st.question, 0)
	return err
}

// askMeanwhile asks, and waits for the answer at the end.
func (st *stage) askMeanwhile(ctx context.Context) {
	st.asking.Go(func() { _ = st.ask(ctx) }) // where it fails, there is nothing to judge
}

// warm has the reader keep an answer, over a connection that knows the statement.
func (st *stage) warm(ctx context.Context) error {
	for range 3 {
		if err := st.edit(ctx); err != nil {
			return err
		}
		sleep(ctx, reaction/2)
		if err := st.ask(ctx); err != nil {
			return err
		}
	}
	for range 20 {
		o, err := st.clients.Once(ctx, st.reader, st.question, 0)
		if err != nil || o.Source == "l1" {
			return err
		}
		sleep(ctx, reaction/10)
	}
	return errors.New("the reader keeps nothing")
}

// connect has the reader ask two things of its database at once, so that it has
// connections for both: to make one over a slow line takes too long.
func (st *stage) connect(ctx context.Context) error {
	if err := st.edit(ctx); err != nil {
		return err
	}
	sleep(ctx, reaction/2)
	if err := st.Readers[st.reader].Postgres.Slow(reaction/10, 0); err != nil {
		return err
	}
	for _, question := range []traffic.Question{st.question, st.clients.Question(1)} {
		st.asking.Go(func() { _, _ = st.clients.Once(ctx, st.reader, question, 0) })
	}
	st.asking.Wait()
	return st.Mend(ctx)
}

// overtakenWhileLoading has an answer on its way from the database while what it was
// made of changes and is announced.
func overtakenWhileLoading(ctx context.Context, st *stage) error {
	if err := errors.Join(st.warm(ctx), st.edit(ctx)); err != nil {
		return err
	}
	sleep(ctx, reaction/2)
	if err := st.Readers[st.reader].Postgres.Slow(slow, 0); err != nil {
		return err
	}
	st.askMeanwhile(ctx)
	sleep(ctx, reaction/2)
	if err := st.edit(ctx); err != nil {
		return err
	}
	st.asking.Wait()
	if err := st.Mend(ctx); err != nil {
		return err
	}
	return st.ask(ctx)
}

// joinedTooLate asks after a change while an answer from before it is on its way.
func joinedTooLate(ctx context.Context, st *stage) error {
	if err := errors.Join(st.warm(ctx), st.connect(ctx), st.edit(ctx)); err != nil {
		return err
	}
	sleep(ctx, reaction/2)
	if err := st.Readers[st.reader].Postgres.Slow(slow, 0); err != nil {
		return err
	}
	st.askMeanwhile(ctx)
	sleep(ctx, reaction/2)
	if err := st.edit(ctx); err != nil {
		return err
	}
	sleep(ctx, reaction/2)
	return st.ask(ctx)
}

// oneMessageLost has the announcement of a change swallowed, and nothing else.
func oneMessageLost(ctx context.Context, st *stage) error {
	if err := errors.Join(st.warm(ctx), st.Readers[st.reader].Redis.Deafen(), st.edit(ctx)); err != nil {
		return err
	}
	sleep(ctx, reaction/4)
	if err := st.Mend(ctx); err != nil {
		return err
	}
	sleep(ctx, 5*reaction/2) // a heartbeat comes
	return st.ask(ctx)
}

// nothingHeard has the line to Redis seem alive, and be dead.
func nothingHeard(ctx context.Context, st *stage) error {
	if err := errors.Join(st.warm(ctx), st.Readers[st.reader].Redis.Swallow(), st.edit(ctx)); err != nil {
		return err
	}
	sleep(ctx, 4*reaction)
	return st.ask(ctx)
}

// standbyBehind asks what only the primary knows yet.
func standbyBehind(ctx context.Context, st *stage) error {
	if err := st.warm(ctx); err != nil {
		return err
	}
	sleep(ctx, 3*reaction) // the standby is up to date
	if err := st.edit(ctx); err != nil {
		return err
	}
	sleep(ctx, reaction/2)
	return st.ask(ctx)
}
