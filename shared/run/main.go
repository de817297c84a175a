package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tercul/tercul/shared/redact"
)

// Main runs a program's real main with a context that ends on SIGINT or SIGTERM,
// reports its error in one place and exits. A second signal ends the process at
// once.
func Main(name string, realMain func(ctx context.Context) error) {
	os.Exit(Code(name, os.Stderr, realMain))
}

// Code is Main without the exit: it returns the exit status, which is 0 without
// an error, that of an error with a method ExitCode() int, and else 1.
func Code(name string, stderr io.Writer, realMain func(ctx context.Context) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // from the second signal on the default applies
	err := realMain(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %s\n", name, redact.Text(err.Error()))
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) {
		return coded.ExitCode()
	}
	return 1
}
