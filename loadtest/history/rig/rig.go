package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"
)

// Config says what to run.
type Config struct {
	Repository string
	Bin        string // of reader, writer and tercul
	Readers    int
	Replicas   int           // how many of the readers use the standby, the first ones; without any, there is none
	Lag        time.Duration // of the standby
	ReaderEnv  []string
}

// Rig is what runs.
type Rig struct {
	*servers
	Writer  *Process
	Readers []*Reader
	// WriterPostgres and WriterRedis are the writer's lines.
	WriterPostgres, WriterRedis *Line
	WriterURL                   string
	Folder                      string

	cfg   Config
	lines lines
	all   []*Line
	admin *redis.Client
}

// Reader is a reader and its lines.
type Reader struct {
	*Process
	URL                      string
	Postgres, Redis, Replica *Line // Replica may be nil
}

// Space begins the names in Redis.
const Space = "tercul"

// MaxConns is the size of a reader's pool.
const MaxConns = 8

// New starts it all; what was started before an error is ended.
func New(ctx context.Context, cfg Config) (*Rig, error) {
	folder, err := os.MkdirTemp("", "tercul-history.")
	if err != nil {
		return nil, err
	}
	redis.SetLogger(silent{}) // it is meant to fail
	r := &Rig{cfg: cfg, Folder: folder, lines: newLines()}
	if err := r.start(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (r *Rig) start(ctx context.Context) (err error) {
	if err := os.Chmod(r.Folder, 0o711); err != nil { //nolint:gosec // servers started by root run as another user
		return err
	}
	if err := os.Mkdir(filepath.Join(r.Folder, "log"), 0o700); err != nil {
		return err
	}
	if r.servers, err = newServers(ctx, r.cfg.Repository, r.Folder, r.cfg.Lag); err != nil {
		return err
	}
	if err := r.Primary.Start(ctx); err != nil {
		return err
	}
	if err := r.Redis.Start(ctx); err != nil {
		return err
	}
	r.admin = redis.NewClient(&redis.Options{Addr: local(r.redisPort), MaxRetries: 3})
	if err := r.prepare(ctx); err != nil {
		return err
	}
	if r.cfg.Replicas > 0 {
		if err := r.Standby.Start(ctx); err != nil {
			return err
		}
	}
	if err := r.plan(ctx); err != nil {
		return err
	}
	var g errgroup.Group
	g.Go(func() error { return r.Writer.Start(ctx) })
	for _, reader := range r.Readers {
		g.Go(func() error { return reader.Start(ctx) })
	}
	return g.Wait()
}

// prepare makes the database and an editor's account.
func (r *Rig) prepare(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, r.url(local(r.primaryPort), "postgres"))
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+database); err != nil {
		return err
	}
	if err := conn.Close(ctx); err != nil {
		return err
	}
	if err := r.Tercul(ctx, "migrate", "up"); err != nil {
		return err
	}
	password := filepath.Join(r.Folder, "password")
	if err := os.WriteFile(password, []byte(Password), 0o600); err != nil {
		return err
	}
	return r.Tercul(ctx, "user", "create", "--username", Editor, "--email", "editor@example.org", "--role", "editor", "--password-file", password)
}

// Editor and Password are of the account that edits.
const (
	Editor   = "editor"
	Password = "ulmus et vitis et acanthus"
)

// Tercul runs the command line.
func (r *Rig) Tercul(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(r.cfg.Bin, "tercul"), args...) //nolint:gosec // our own program
	cmd.Env = append(withoutSettings(os.Environ()), "TERCUL_DATABASE_URL="+r.DatabaseURL(), "TERCUL_WRITE_PEPPERS="+pepper)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tercul %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

// DatabaseURL is a superuser's, past all lines.
func (r *Rig) DatabaseURL() string { return r.url(local(r.primaryPort), database) }

// Repository is where the programs come from.
func (r *Rig) Repository() string { return r.cfg.Repository }

// Admin is a client of Redis past all lines.
func (r *Rig) Admin() *redis.Client { return r.admin }

func (r *Rig) line(name, target string) *Line {
	line, err := r.lines.open(name, target)
	if err != nil {
		panic(err) // no free port on the loopback: nothing works
	}
	r.all = append(r.all, line)
	return line
}

// Lines are all of them.
func (r *Rig) Lines() []*Line { return r.all }

// Mend makes every line whole and lets everything run.
func (r *Rig) Mend(ctx context.Context) error {
	var errs []error
	for _, line := range r.all {
		errs = append(errs, line.Mend(ctx))
	}
	return errors.Join(errs...)
}

// Close ends everything. The folder is removed, but for the logs where keep says so.
func (r *Rig) Close() {
	processes := []*Process{r.Writer}
	for _, reader := range r.Readers {
		processes = append(processes, reader.Process)
	}
	if r.servers != nil {
		processes = append(processes, r.Standby, r.Primary, r.Redis)
	}
	for _, p := range processes {
		if p != nil {
			p.Thaw()
			p.Kill()
		}
	}
	for _, line := range r.all {
		line.Close()
	}
	if r.admin != nil {
		_ = r.admin.Close()
	}
}

// Remove deletes the folder.
func (r *Rig) Remove() error { return os.RemoveAll(r.Folder) }

func ready(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return errNotYet
		}
		return nil
	}
}

func freeAddr(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String(), nil
}

type silent struct{}

// Printf says nothing.
func (silent) Printf(context.Context, string, ...any) {}
