package course

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tercul/tercul/loadtest/history"
	"github.com/tercul/tercul/loadtest/history/fault"
	"github.com/tercul/tercul/loadtest/history/rig"
	"github.com/tercul/tercul/loadtest/history/traffic"
	"github.com/tercul/tercul/loadtest/scenario"
)

// Config says how long and how hard.
type Config struct {
	Seed     uint64
	Duration time.Duration
	Faults   []string // names, or all, or none
	Works    int
	Clients  int
	Pause    time.Duration // of a client between two questions
	Crowd    int
}

// Healthy is how old an answer may be in health.
const Healthy = 100 * time.Millisecond

// scene is a history that runs.
type scene struct {
	*fault.World
	cfg     Config
	judge   *history.Judge
	library []*traffic.Work
	clients *traffic.Clients
	watch   *traffic.Watch
	db      *pgxpool.Pool
	cold    []traffic.Question
	rnd     *rand.Rand
}

// Run runs a history on a rig.
func Run(ctx context.Context, r *rig.Rig, cfg Config, log func(string, ...any)) (*history.Report, error) {
	began := time.Now()
	s, err := begin(ctx, r, cfg, log)
	if err != nil {
		return nil, err
	}
	defer s.db.Close()
	stalls := rig.NewStalls(r)
	s.judge.Stall = stalls
	running, stop := context.WithCancel(ctx)
	defer stop()
	writing, pens := context.WithCancel(running)
	defer pens()
	var all, writers sync.WaitGroup
	all.Go(func() { stalls.Run(running) })
	all.Go(func() { s.watch.Run(running) })
	all.Go(func() { s.sampler().Run(running) })
	writers.Go(func() { s.clients.Run(writing, cfg.Seed, cfg.Clients) })
	writers.Go(func() { s.Editors.Run(writing, cfg.Seed, 3, 3) })
	err = s.play(ctx)
	pens()
	writers.Wait()
	if err == nil {
		err = s.settle(ctx)
	}
	for why, times := range s.clients.Unanswered() {
		log("  %d questions were not answered: %s", times, why)
	}
	stop()
	all.Wait()
	s.Report.Trends, s.Report.Took = s.watch.Trends(), time.Since(began)
	s.Report.Long = cfg.Duration >= enoughForTrends
	for complaint, times := range s.Editors.Complaints() {
		log("  an edit failed %d times: %s", times, complaint)
	}
	return s.Report, err
}

// enoughForTrends is how long services must run until what they use tells anything.
const enoughForTrends = 8 * time.Minute

func begin(ctx context.Context, r *rig.Rig, cfg Config, log func(string, ...any)) (*scene, error) {
	ledger, report := traffic.Ledger(cfg.Works), &history.Report{Seed: cfg.Seed, Log: func(v history.Violation) { log("VIOLATION %s", v) }}
	promise := history.NewPromise(Healthy)
	writer := &traffic.Writer{URL: r.WriterURL, Login: rig.Editor, Password: rig.Password}
	db, err := pgxpool.New(ctx, r.DatabaseURL())
	if err != nil {
		return nil, err
	}
	library, err := traffic.Build(ctx, writer, db, cfg.Works)
	if err != nil {
		return nil, err
	}
	news := &traffic.Tickets{}
	s := &scene{
		World: &fault.World{Rig: r, Editors: traffic.NewEditors(ledger, report, library, writer, db, news), Promise: promise, Report: report, Log: log},
		cfg:   cfg, judge: &history.Judge{Ledger: ledger, Promise: promise, Report: report}, library: library, db: db,
		watch: &traffic.Watch{Bases: map[string]string{"writer": r.WriterURL}},
		rnd:   rand.New(rand.NewPCG(cfg.Seed, 1)), //nolint:gosec // repeatable, guards nothing
	}
	docs := scenario.Documents{Folder: filepath.Join(r.Repository(), "read", "operations")}
	questions, err := traffic.Questions(docs, library)
	if err == nil {
		s.cold, err = traffic.Cold(docs, library)
	}
	if err != nil {
		return nil, err
	}
	var bases []string
	for _, reader := range r.Readers {
		bases = append(bases, reader.URL)
		s.watch.Bases[reader.Name] = reader.URL
	}
	if s.clients, err = traffic.NewClients(s.judge, bases, questions, news); err != nil {
		return nil, err
	}
	s.clients.Pause = cfg.Pause
	s.rnd.Shuffle(len(s.cold), func(i, j int) { s.cold[i], s.cold[j] = s.cold[j], s.cold[i] })
	return s, nil
}

func (s *scene) sampler() traffic.Sampler {
	return traffic.Sampler{DB: s.db, Judge: s.judge, Cap: len(s.Readers) * (rig.MaxConns + 1)}
}

// settle waits until all is whole, and looks at every layer: the readers as they are,
// and Redis through a reader that has nothing of its own.
func (s *scene) settle(ctx context.Context) error {
	if err := s.Mend(ctx); err != nil {
		return err
	}
	sleep(ctx, fault.Recovery)
	for _, round := range []string{"as they are", "started anew on what Redis has"} {
		layers, err := s.clients.AtRest(ctx, s.db, s.library)
		if err != nil {
			return err
		}
		s.Log("at rest, readers %s: answers from %v", round, layers)
		s.Readers[0].Kill()
		if err := s.Readers[0].Start(ctx); err != nil {
			return err
		}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// herd has a crowd ask a reader for a key that nobody has asked for.
func (s *scene) herd(ctx context.Context) error {
	if s.cfg.Crowd == 0 || len(s.cold) == 0 {
		return nil
	}
	question, reader := s.cold[0], s.rnd.IntN(len(s.Readers))
	s.cold = s.cold[1:]
	release := s.Editors.Hold()
	defer release()
	// So that the crowd comes before the answer.
	err := s.Readers[reader].Postgres.Slow(300*time.Millisecond, 0)
	if standby := s.Readers[reader].Replica; standby != nil {
		err = errors.Join(err, standby.Slow(300*time.Millisecond, 0))
	}
	if err != nil {
		return err
	}
	outcome, err := traffic.Crowd{Size: s.cfg.Crowd, Base: s.Readers[reader].URL}.Ask(ctx, question)
	if err := errors.Join(err, s.Mend(ctx)); err != nil {
		return fmt.Errorf("a crowd: %w", err)
	}
	s.Report.Herd(outcome.Answered)
	s.Log("  a crowd of %d on reader %d: %d answered by %d statements, %d of one database, %d changes",
		s.cfg.Crowd, reader, outcome.Answered, outcome.Statements, outcome.OfOne, outcome.Changes)
	if outcome.OfOne > 1+outcome.Changes {
		s.judge.Broken("I5", reader, fmt.Sprintf("%d clients who asked for %s at once caused %d statements of one database, and %d changes were heard of",
			s.cfg.Crowd, question.Path, outcome.OfOne, outcome.Changes), time.Now())
	}
	return nil
}
