package rig

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

var pepper = key("p")

func key(letter string) string {
	return "test:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

// replicaSetting gives readers their replicas.
const replicaSetting = "TERCUL_DATABASE_REPLICA_URLS"

// plan opens the lines and says how the services are run.
func (r *Rig) plan(ctx context.Context) error {
	if err := r.planWriter(ctx); err != nil {
		return err
	}
	help, err := exec.CommandContext(ctx, filepath.Join(r.cfg.Bin, "reader"), "--help").Output() //nolint:gosec // our own program
	if err != nil {
		return fmt.Errorf("reader --help: %w", err)
	}
	for i := range r.cfg.Readers {
		if err := r.planReader(ctx, i, strings.Contains(string(help), replicaSetting)); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rig) planWriter(ctx context.Context) error {
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	r.WriterPostgres, r.WriterRedis = r.line("writer-postgres", local(r.primaryPort)), r.line("writer-redis", local(r.redisPort))
	r.WriterURL = "http://" + addr
	r.Writer = &Process{
		Name: "writer", Argv: []string{filepath.Join(r.cfg.Bin, "writer")}, Log: r.log("writer"), Ready: ready(r.WriterURL),
		Env: append(base(),
			"TERCUL_WRITE_ADDR="+addr, "TERCUL_WRITE_URL="+r.WriterURL, "TERCUL_WRITE_DOCUMENTS=any", "TERCUL_WRITE_LIMITS=off",
			"TERCUL_WRITE_COOKIES=loopback", "TERCUL_WRITE_DRAIN=0s",
			"TERCUL_WRITE_PEPPERS="+pepper, "TERCUL_WRITE_SEAL_KEYS="+key("s"), "TERCUL_WRITE_REFRESH_KEYS="+key("r"),
			"TERCUL_MAIL_DROP="+filepath.Join(r.Folder, "mail"), "TERCUL_MAIL_FROM=Tercul <no-reply@example.org>", "TERCUL_MAIL_LINK_URL=https://tercul.example",
			"TERCUL_DATABASE_URL="+r.url(r.WriterPostgres.Addr(), database), "TERCUL_REDIS_URL=redis://"+r.WriterRedis.Addr()+"/0", "TERCUL_REDIS_SPACE="+Space),
	}
	return nil
}

func (r *Rig) planReader(ctx context.Context, i int, replicas bool) error {
	addr, err := freeAddr(ctx)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("reader-%d", i)
	reader := &Reader{URL: "http://" + addr, Postgres: r.line(name+"-postgres", local(r.primaryPort)), Redis: r.line(name+"-redis", local(r.redisPort))}
	env := append(base(),
		"TERCUL_READ_ADDR="+addr, "TERCUL_READ_DRAIN=0s", "TERCUL_L1_MB=16", "TERCUL_LOG_LEVEL=info",
		fmt.Sprintf("TERCUL_DATABASE_MAX_CONNS=%d", MaxConns),
		"TERCUL_DATABASE_URL="+r.url(reader.Postgres.Addr(), database), "TERCUL_REDIS_URL=redis://"+reader.Redis.Addr()+"/0", "TERCUL_REDIS_SPACE="+Space)
	if i < r.cfg.Replicas && replicas {
		reader.Replica = r.line(name+"-replica", local(r.standbyPort))
		env = append(env, replicaSetting+"="+r.url(reader.Replica.Addr(), database))
	}
	reader.Process = &Process{
		Name: name, Argv: []string{filepath.Join(r.cfg.Bin, "reader")}, Env: append(env, r.cfg.ReaderEnv...), Log: r.log(name), Ready: ready(reader.URL),
	}
	r.Readers = append(r.Readers, reader)
	return nil
}

func (r *Rig) log(name string) string { return filepath.Join(r.Folder, "log", name+".log") }

func base() []string { return []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir()} }

// Mutate starts a reader anew without a protection, or with all of them for "". Its
// program has to be built with the tag mutants.
func (r *Reader) Mutate(ctx context.Context, rule string) error {
	const setting = "TERCUL_MUTANT="
	r.Kill()
	r.Env = slices.DeleteFunc(r.Env, func(entry string) bool { return strings.HasPrefix(entry, setting) })
	if rule != "" {
		r.Env = append(r.Env, setting+rule)
	}
	return r.Start(ctx)
}
