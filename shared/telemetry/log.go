package telemetry

import (
	"fmt"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/tercul/tercul/shared/redact"
)

// LogConfig says how to log.
type LogConfig struct {
	Level  string `env:"TERCUL_LOG_LEVEL" envDefault:"info" validate:"oneof=debug info warn error" desc:"The least level that is logged: debug, info, warn or error."`
	Format string `env:"TERCUL_LOG_FORMAT" envDefault:"json" validate:"oneof=json text" desc:"json for machines, text for a terminal."`
}

// NewLogger returns a logger of whole lines to w. Writes must be safe for
// concurrent use, as those to os.Stderr are.
func NewLogger(w io.Writer, cfg LogConfig, build Build) (zerolog.Logger, error) {
	level, err := zerolog.ParseLevel(cfg.Level)
	if err != nil {
		return zerolog.Nop(), fmt.Errorf("log level: %w", err)
	}
	w = redact.Writer(w)
	if cfg.Format == "text" {
		w = zerolog.ConsoleWriter{Out: w, NoColor: true, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(w).Level(level).With().Timestamp().Str("service", build.Service).Logger(), nil
}
