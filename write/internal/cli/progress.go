package cli

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/tercul/tercul/write/internal/importer"
)

// progress shows how long work gets on: a bar on a terminal, a line for each
// finished stage elsewhere.
type progress struct {
	app *app
	bar *progressbar.ProgressBar
}

func (a *app) newProgress() *progress { return &progress{app: a} }

// Stage begins a stage. Without a size the bar only shows that there is life.
func (p *progress) Stage(name string, size int64) {
	if !p.app.terminal {
		return
	}
	if size == 0 {
		size = -1
	}
	p.bar = progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(p.app.err), progressbar.OptionSetDescription(fmt.Sprintf("%-15s", name)),
		progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionSpinnerType(14))
}

// Add moves the bar on.
func (p *progress) Add(n int64) {
	if p.bar != nil {
		_ = p.bar.Add64(n)
	}
}

// Clear takes the bar away before something else is written.
func (p *progress) Clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// Done ends a stage.
func (p *progress) Done(name string, c importer.Count, took time.Duration) {
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
	if c.Read == 0 && c.Rows == 0 && took < time.Second {
		return
	}
	p.app.say("%-15s %7d read %7d added %7d changed  %6.1f s", name, c.Read, c.Added, c.Changed, took.Seconds())
}
