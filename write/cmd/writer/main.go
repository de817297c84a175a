// Writer is the write service of Tercul. It is set by the environment; writer
// --help lists the variables.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/tercul/tercul/shared/config"
	"github.com/tercul/tercul/shared/run"
	"github.com/tercul/tercul/shared/telemetry"
	"github.com/tercul/tercul/write/internal/app"
)

const usage = `The write service of Tercul. It takes no arguments; the environment sets it.

  TERCUL_DATABASE_URL=postgres://tercul@127.0.0.1:5432/tercul writer

  --help     this text
  --version  the build, as JSON

`

func main() { run.Main("writer", realMain) }

func realMain(ctx context.Context) error {
	if len(os.Args) > 1 {
		return argument(os.Args[1])
	}
	cfg, err := app.LoadConfig(config.Environ())
	if err != nil {
		return err
	}
	writer, err := app.New(ctx, cfg, os.Stderr)
	if err != nil {
		return err
	}
	return writer.Run(ctx)
}

func argument(arg string) error {
	switch arg {
	case "--help", "-h", "help":
		_, err := fmt.Print(usage + config.Table(app.Config{}))
		return err
	case "--version", "version":
		return json.NewEncoder(os.Stdout).Encode(telemetry.ReadBuild("writer"))
	}
	return fmt.Errorf("unknown argument %q; writer --help says what there is", arg)
}
