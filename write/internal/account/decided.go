package account

import (
	"context"
	"strings"

	"github.com/tercul/tercul/write/internal/mail"
)

// decided tells a contributor what became of a contribution, in the words of the
// reviewer.
func (d *desk) decided(ctx context.Context, r *recipient, args MailArgs) (mail.Content, error) {
	c := mail.ContributionDecided{Username: r.username, Decision: mail.Decision(args.Status)}
	if args.Status == "APPLIED" {
		c.Decision = mail.Approved
	}
	var comment string
	err := d.QueryRow(ctx, `SELECT core.typeid('CONTRIBUTION', c.id), c.title, coalesce(v.comment, '')
		FROM core.contributions c LEFT JOIN core.contribution_reviews v ON v.contribution_id = c.id AND v.id = $2 WHERE c.id = $1`,
		args.Contribution, args.Review).Scan(&c.ID, &c.Title, &comment)
	for paragraph := range strings.Lines(comment) {
		if words := strings.Join(strings.Fields(paragraph), " "); words != "" {
			c.Note = append(c.Note, words)
		}
	}
	return c, err
}
