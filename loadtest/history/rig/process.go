package rig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is a program that is started and killed any number of times.
type Process struct {
	Name  string
	Argv  []string
	Env   []string
	Log   string                          // the file
	Ready func(ctx context.Context) error // nil once it serves

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
}

const readyLimit = 90 * time.Second

// Start runs the program and waits until it serves.
func (p *Process) Start(ctx context.Context) error {
	done, err := p.spawn() //nolint:contextcheck // it outlives the start
	if err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	for {
		err := p.Ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-done:
			return fmt.Errorf("%s has ended: %s", p.Name, p.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not serve (%w): %s", p.Name, err, p.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *Process) spawn() (<-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(context.Background(), p.Argv[0], p.Argv[1:]...) //nolint:gosec // our own programs
	cmd.Env, cmd.Stdout, cmd.Stderr = p.Env, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed, mostly
		close(done)
	}()
	p.cmd, p.done = cmd, done
	return done, nil
}

func (p *Process) tail() string {
	text, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

// Running is the process's id, 0 where it does not run.
func (p *Process) Running() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return 0
	}
	select {
	case <-p.done:
		return 0
	default:
		return p.cmd.Process.Pid
	}
}

// Kill ends it by SIGKILL, and waits.
func (p *Process) Kill() { p.end(syscall.SIGKILL) }

// Stop asks it to end, waits, and kills it in the end.
func (p *Process) Stop(limit time.Duration) {
	pid := p.Running()
	if pid == 0 {
		return
	}
	_ = syscall.Kill(-pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(limit):
	}
	p.end(syscall.SIGKILL)
}

func (p *Process) end(signal syscall.Signal) {
	pid := p.Running()
	if pid == 0 {
		return
	}
	_ = syscall.Kill(-pid, signal)
	<-p.done
}

// Freeze stops it and all that it has started, as a machine that stands still does.
func (p *Process) Freeze() { p.all(syscall.SIGSTOP) }

// Thaw lets it go on.
func (p *Process) Thaw() { p.all(syscall.SIGCONT) }

func (p *Process) all(signal syscall.Signal) {
	for _, pid := range p.PIDs() {
		_ = syscall.Kill(pid, signal)
	}
}

// PIDs are the process and its descendants.
func (p *Process) PIDs() []int {
	pid := p.Running()
	if pid == 0 {
		return nil
	}
	all := []int{pid}
	for i := 0; i < len(all); i++ {
		files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", all[i]))
		for _, name := range files {
			text, err := os.ReadFile(name) //nolint:gosec // of the kernel
			if err != nil {
				continue
			}
			for _, word := range bytes.Fields(text) {
				if child, err := strconv.Atoi(string(word)); err == nil {
					all = append(all, child)
				}
			}
		}
	}
	return all
}

var errNotYet = errors.New("it does not answer yet")
