package contribution

import (
	"context"
	"strconv"
	"strings"

	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/text"
	"github.com/tercul/tercul/write/internal/textform"
)

// What a diff shows at most.
const (
	mostChunks = 500
	mostLines  = 5000
)

// lines compares three texts. Whoever decides about the contribution sees them whole,
// and whoever can read the text; others see none of it.
func (c *compared) lines(ctx context.Context, db command.Reader) error {
	seen := decides(identity.From(ctx), c.languages)
	if !seen {
		var err error
		if seen, err = wholeTextSeen(ctx, db, c.target.UUID); err != nil {
			return err
		}
	}
	if c.diff.Complete = seen; !seen {
		return nil
	}
	base, err := text.Lines(ctx, db, c.target.UUID, c.patch.SetText.ExpectedRevision)
	if err != nil {
		return err
	}
	theirs := base
	if now := c.diff.CurrentRevision; now != nil && *now != c.patch.SetText.ExpectedRevision {
		if theirs, err = text.Lines(ctx, db, c.target.UUID, *now); err != nil {
			return err
		}
	}
	ours, err := text.Proposed(ctx, db, *c.patch.SetText)
	if err != nil {
		return err
	}
	c.show(base, theirs, ours)
	return nil
}

// show lists the places where the texts differ, as far as a diff goes.
func (c *compared) show(base, theirs, ours []textform.Line) {
	lines := 0
	for _, p := range merge(keys(base), keys(theirs), keys(ours)) {
		lines += p.base.len() + p.theirs.len() + p.ours.len()
		if len(c.diff.Chunks) == mostChunks || lines > mostLines {
			c.diff.Complete = false
			return
		}
		c.diff.Chunks = append(c.diff.Chunks, model.TextChunk{
			Kind:     p.kind,
			BaseFrom: p.base.From + 1, Base: p.base.of(base), TheirsFrom: p.theirs.From + 1, Theirs: p.theirs.of(theirs),
			OursFrom: p.ours.From + 1, Ours: p.ours.of(ours),
		})
	}
}

func (s span) len() int { return s.To - s.From }

func (s span) of(lines []textform.Line) []model.DiffLine {
	out := make([]model.DiffLine, 0, s.len())
	for _, l := range lines[s.From:s.To] {
		d := model.DiffLine{Content: l.Content, Kind: model.LineKind(l.Kind), StanzaStart: l.StanzaStart}
		if l.Speaker != "" {
			d.Speaker = &l.Speaker
		}
		out = append(out, d)
	}
	return out
}

// keys are what lines are compared by: all but what they are cited by, which changes
// with the lines before them. The words come last, since they alone may hold anything.
func keys(lines []textform.Line) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.Join([]string{l.Kind, strconv.FormatBool(l.StanzaStart), l.Speaker, l.Content}, "\x00")
	}
	return out
}
