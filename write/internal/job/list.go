package job

import (
	"context"
	"regexp"
	"strings"

	"github.com/tercul/tercul/shared/redact"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/model"
	"github.com/tercul/tercul/write/internal/page"
	"github.com/tercul/tercul/write/internal/token"
)

// document is a job by the names of the schema. Its arguments, and the stack of a
// panic, stay in the database.
const document = `jsonb_build_object('id', j.id::text, 'kind', j.kind, 'state', upper(j.state::text), 'attempt', j.attempt, 'maxAttempts', j.max_attempts,
	'progress', j.metadata -> 'progress', 'lastError', (SELECT jsonb_build_object('at', e -> 'at', 'attempt', e -> 'attempt', 'message', e ->> 'error')
		FROM (SELECT j.errors[array_upper(j.errors, 1)] AS e) l WHERE e IS NOT NULL),
	'createdAt', j.created_at, 'scheduledAt', j.scheduled_at, 'attemptedAt', j.attempted_at, 'finalizedAt', j.finalized_at)
FROM jobs.river_job j `

// Load reads a job; nil where there is none.
func Load(ctx context.Context, db command.Reader, id int64) (*model.Job, error) {
	j, err := command.Load[model.Job](ctx, db, "SELECT "+document+"WHERE j.id = $1", id)
	if j != nil {
		clean(j)
	}
	return j, err
}

// List lists jobs, the latest first.
func List(ctx context.Context, db command.Reader, f model.JobFilter, size int, after *string) (page.Page[model.Job], error) {
	const list = "jobs"
	last, err := page.After[int64](after, list)
	if err != nil {
		return page.Page[model.Job]{}, err
	}
	var states []string // nil for all
	for _, s := range f.States {
		states = append(states, strings.ToLower(string(s)))
	}
	p, err := page.Load[model.Job](ctx, db, list, size, "SELECT to_jsonb(j.id), "+document+`
		WHERE ($1::bigint IS NULL OR j.id < $1) AND ($2::text[] IS NULL OR j.state = ANY ($2::text[]::jobs.river_job_state[])) AND ($3::text IS NULL OR j.kind = $3)
		ORDER BY j.id DESC LIMIT $4`, last, states, f.Kind, size+1)
	for i := range p.Nodes {
		clean(&p.Nodes[i])
	}
	return p, err
}

// maxMessage is how much is shown of what went wrong, in characters.
const maxMessage = 500

// secrets are what the message of an error may quote: addresses of mail, tokens of
// ours, and tokens that are JSON.
var secrets = regexp.MustCompile(`[^\s<>"'()=:,;]+@[^\s<>"'(),;]+|` + token.Pattern + `|\beyJ[A-Za-z0-9_-]{8,}(\.[A-Za-z0-9_-]+)*`)

// clean takes out of an error what is for nobody's eyes.
func clean(j *model.Job) {
	if j.LastError == nil {
		return
	}
	text := secrets.ReplaceAllString(redact.Text(j.LastError.Message), "…")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage])
	}
	j.LastError.Message = text
}
