// Package cli is the command line tercul.
//
// Results go to standard output, everything said about the work to standard
// error: progress bars on a terminal, plain lines elsewhere. Every failure ends
// in one line that says what went wrong and what to do, and in an exit code that
// a script can tell apart (docs/cli.md).
package cli
