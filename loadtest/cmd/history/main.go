// Command history runs the services with many writers and readers, breaks what can
// break, and holds every answer against what was written and promised.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/tercul/tercul/loadtest/history"
	"github.com/tercul/tercul/loadtest/history/course"
	"github.com/tercul/tercul/loadtest/history/rig"
)

var errViolated = errors.New("promises were broken")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "history:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be undone
	}
}

type options struct {
	course.Config
	rig     rig.Config
	report  string
	mutants bool
	keep    bool
}

func parse() (o options) {
	faults := ""
	flag.StringVar(&o.rig.Repository, "repository", ".", "the repository's folder")
	flag.StringVar(&o.rig.Bin, "bin", "bin", "the folder of reader, writer and tercul")
	flag.IntVar(&o.rig.Readers, "readers", 3, "how many readers")
	flag.IntVar(&o.rig.Replicas, "replicas", 2, "how many of them use a streaming standby; 0 for none")
	flag.DurationVar(&o.rig.Lag, "lag", 1500*time.Millisecond, "how late the standby applies")
	flag.DurationVar(&o.Duration, "duration", time.Minute, "how long to read and write")
	flag.Uint64Var(&o.Seed, "seed", 0, "draws the same faults, edits and questions again; 0 for any")
	flag.StringVar(&faults, "faults", "all", "which faults, separated by commas; all, or none")
	flag.IntVar(&o.Works, "works", 4, "how many works")
	flag.IntVar(&o.Clients, "clients", 12, "how many read at once")
	flag.DurationVar(&o.Pause, "pause", 10*time.Millisecond, "of each of them between two questions, on average")
	flag.IntVar(&o.Crowd, "crowd", 500, "how many ask for one cold key at once; 0 for none")
	flag.BoolVar(&o.mutants, "mutants", false, "take out one protection after the other instead, and expect each to be missed; bin is built with the tag mutants")
	flag.StringVar(&o.report, "report", "", "a file for the report as JSON")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder with the logs")
	flag.Parse()
	o.Faults = strings.Split(faults, ",")
	if o.Seed == 0 {
		o.Seed = rand.Uint64() >> 1 //nolint:gosec // guards nothing
	}
	return o
}

func run(ctx context.Context) error {
	o := parse()
	for _, path := range []*string{&o.rig.Repository, &o.rig.Bin} {
		absolute, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = absolute
	}
	if o.mutants {
		o.rig.Readers, o.rig.Replicas, o.rig.ReaderEnv, o.Works, o.Crowd = 2, 1, course.Patient, 1, 0
	}
	fmt.Printf("history: seed %d\n", o.Seed)
	r, err := rig.New(ctx, o.rig)
	if err != nil {
		return err
	}
	defer r.Close()
	log := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
	if o.mutants {
		if err := course.Mutants(ctx, r, o.Config, log); err != nil {
			return fmt.Errorf("%w (logs in %s)", err, r.Folder)
		}
		r.Close()
		return r.Remove()
	}
	report, err := course.Run(ctx, r, o.Config, log)
	if err != nil {
		return fmt.Errorf("%w (logs in %s)", err, r.Folder)
	}
	return finish(r, report, o)
}

func finish(r *rig.Rig, report *history.Report, o options) error {
	if err := report.Write(os.Stdout); err != nil {
		return err
	}
	if o.report != "" {
		text, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.report, append(text, '\n'), 0o600); err != nil {
			return err
		}
	}
	if !report.Kept() {
		return fmt.Errorf("%w: seed %d, logs in %s", errViolated, o.Seed, r.Folder)
	}
	r.Close()
	if o.keep {
		fmt.Println("logs in", r.Folder)
		return nil
	}
	return r.Remove()
}
