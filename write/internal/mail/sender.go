package mail

import "context"

// Sender sends messages. Its errors are *Error, of which Permanent tells whether
// to try again.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// NewSender makes the one that was set: SMTP, or files.
func NewSender(cfg Config) (Sender, error) {
	if cfg.Drop != "" {
		return NewDrop(cfg.Drop)
	}
	return NewSMTP(SMTPConfig{URL: cfg.SMTP, TLS: cfg.TLS, Timeout: cfg.Timeout})
}
