package contribution

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/publicid"
)

// largest is the most bytes that a patch may have, as JSON.
const largest = 2 << 20

// proposal is a patch that was looked through.
type proposal struct {
	kind  model.ContributionType
	steps []step
	text  []byte // the patch as JSON

	languages []string // that something new will be in
	rights    bool     // whether it states rights
	quality   bool     // whether it says how well a text was proofread
	// direct proposals came as the input of the command itself, not as a patch.
	direct bool
}

// step is one of the editors' commands that a patch consists of.
type step struct {
	operation string // its name, which is its field of the patch too
	kind      model.ContributionType
	sees      []named // what its author must be able to see
	version   int     // of the description that it was made of; 0 for none
	revision  *int    // of the text
	// run runs the command. A step before it may have raised the version.
	run func(ctx context.Context, tx *command.Tx, raised int) (publicid.ID, error)
}

// named is an object that an input names in a field.
type named struct {
	field string
	id    publicid.ID
}

// read looks through a patch. The faults are those that no single input can tell.
func read(tx *command.Tx, p *model.ContributionPatch) (*proposal, error) {
	steps := stepsOf(p)
	if len(steps) == 0 {
		return nil, tx.Stop(apperr.UserBlank, "patch", "Say what to change.")
	}
	first := steps[0]
	for _, s := range steps[1:] {
		if s.kind != first.kind || s.target() != first.target() || s.version != first.version {
			return nil, tx.Stop(apperr.UserInvalid, "patch."+s.operation, "Several changes must be of one work or one author, in one version.")
		}
	}
	text, err := encode(p)
	if err != nil {
		return nil, err
	}
	if len(text) > largest {
		return nil, tx.Stop(apperr.UserTooLong, "patch", "It may have at most 2 MB.", "max", strconv.Itoa(largest))
	}
	out := &proposal{kind: first.kind, steps: steps, text: text}
	switch {
	case p.CreateWork != nil:
		out.languages = []string{p.CreateWork.OriginalLanguage}
	case p.CreateTranslation != nil:
		out.languages, out.rights = []string{p.CreateTranslation.Language}, p.CreateTranslation.Rights != nil
	case p.UpdateTranslation != nil:
		out.quality = p.UpdateTranslation.Patch.Quality.IsSet()
	}
	return out, nil
}

// encode writes a patch as it is kept: what was not given is not there.
func encode(p *model.ContributionPatch) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(p)
	return bytes.TrimSpace(b.Bytes()), err
}

// target is what a step is about: what it changes, or the work of a new translation.
func (s step) target() publicid.ID {
	if len(s.sees) == 0 {
		return publicid.ID{}
	}
	return s.sees[0].id
}

func (p *proposal) target() publicid.ID { return p.steps[0].target() }

func (p *proposal) base() (version, revision *int) {
	if v := p.steps[0].version; v > 0 {
		version = &v
	}
	return version, p.steps[0].revision
}

// field leads to a field of one of the commands.
func (p *proposal) field(operation, field string) string {
	if p.direct {
		return field
	}
	return "patch." + operation + "." + field
}

// edits tells whether there is a description before and after it.
func (p *proposal) edits() bool { return p.steps[0].version > 0 || p.steps[0].operation == "setText" }
