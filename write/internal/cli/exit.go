package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/tercul/tercul/write/internal/database"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRejected    = 3 // finished, but some records or documents were refused
	exitDiffers     = 4 // the read model is not what it should be
	exitDatabase    = 5 // the database cannot be reached or used
	exitInterrupted = 130
)

// usageError is a command that was typed wrongly.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// outcome ends a command that did its work with a code other than 0. What there
// is to say has been said.
type outcome int

func (o outcome) Error() string { return fmt.Sprintf("exit code %d", int(o)) }

// verb is what could not be done with a file, in a user's words.
func verb(op string) string {
	switch op {
	case "stat", "readdirent":
		return "read"
	case "mkdir":
		return "make"
	}
	return op
}

// exitCode says what is wrong, with the help of the command at fault, and answers
// the code for it.
func (a *app) exitCode(cmd *cobra.Command, err error) int {
	var result outcome
	var usage usageError
	var db *database.Error
	var path *fs.PathError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &result):
		return int(result)
	case errors.Is(err, context.Canceled):
		a.say("tercul: interrupted. What was finished is kept; an import goes on when the same command is run again.")
		return exitInterrupted
	case errors.As(err, &usage):
		a.say("tercul: %v\nSee: %s --help", err, cmd.CommandPath())
		return exitUsage
	case errors.As(err, &db):
		a.say("tercul: %v", err)
		return exitDatabase
	case errors.As(err, &path):
		a.say("tercul: cannot %s %s: %v. Check the path and who may use it", verb(path.Op), path.Path, path.Err)
		return exitFailed
	default:
		a.say("tercul: %v", err)
		return exitFailed
	}
}
