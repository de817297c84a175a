package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// servers are the database, its standby and Redis.
type servers struct {
	Primary, Standby, Redis *Process

	primaryPort, standbyPort, redisPort int
	instance                            string
	lag                                 time.Duration
}

const database = "tercul"

// newServers plans them in a folder; nothing runs yet.
func newServers(ctx context.Context, repository, folder string, lag time.Duration) (*servers, error) {
	s := &servers{instance: filepath.Join(folder, "servers"), lag: lag}
	if err := os.MkdirAll(s.instance, 0o711); err != nil { //nolint:gosec // servers started by root run as another user
		return nil, err
	}
	if err := freePorts(ctx, &s.primaryPort, &s.standbyPort, &s.redisPort); err != nil {
		return nil, err
	}
	program := filepath.Join(repository, "deploy", "local", "server")
	env := append(withoutSettings(os.Environ()), "TERCUL_INSTANCE="+s.instance)
	server := func(kind string, ready func(context.Context) error, args ...string) *Process {
		return &Process{
			Name: kind, Argv: append([]string{program, kind}, args...), Env: env,
			Log: filepath.Join(folder, "log", kind+".log"), Ready: ready,
		}
	}
	s.Primary = server("postgres", s.answers(&s.primaryPort), strconv.Itoa(s.primaryPort))
	s.Standby = server("standby", s.answers(&s.standbyPort), strconv.Itoa(s.standbyPort), strconv.Itoa(s.primaryPort), lag.String())
	s.Redis = server("redis", s.pings, strconv.Itoa(s.redisPort), "stop-writes-on-bgsave-error no")
	return s, nil
}

// withoutSettings drops what a developer's own services are told.
func withoutSettings(env []string) (kept []string) {
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		switch {
		case !strings.HasPrefix(name, "TERCUL_"), name == "TERCUL_HOME", name == "TERCUL_ROOT", name == "TERCUL_MIRROR", name == "TERCUL_SERVICES":
			kept = append(kept, entry)
		}
	}
	return kept
}

// url of the database on a server's port, or through a line, for a superuser.
func (s *servers) url(address, name string) string {
	password, _ := os.ReadFile(filepath.Join(s.instance, "secrets", "postgres"))
	return fmt.Sprintf("postgres://postgres:%s@%s/%s?sslmode=disable", password, address, name)
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (s *servers) answers(port *int) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, s.url(local(*port), "postgres"))
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	}
}

func (s *servers) pings(ctx context.Context) error {
	client := redis.NewClient(&redis.Options{Addr: local(s.redisPort), MaxRetries: -1})
	defer func() { _ = client.Close() }()
	return client.Ping(ctx).Err()
}

// Dump is the file that Redis begins with.
func (s *servers) Dump() string { return filepath.Join(s.instance, "redis", "dump.rdb") }

// freePorts finds some that nothing listens on, outside of those that the kernel
// gives to outgoing connections.
func freePorts(ctx context.Context, into ...*int) error {
	next := 20000 + os.Getpid()%9000
	for _, port := range into {
		for ; ; next++ {
			if next > 32000 {
				return fmt.Errorf("found no free port below %d", next)
			}
			listener, err := new(net.ListenConfig).Listen(ctx, "tcp", local(next))
			if err != nil {
				continue
			}
			_ = listener.Close()
			*port = next
			next++
			break
		}
	}
	return nil
}

// StandbyURL is a superuser's, past all lines.
func (s *servers) StandbyURL() string { return s.url(local(s.standbyPort), database) }
