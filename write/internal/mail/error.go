package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"
)

// Error is why a message was not sent. It quotes nobody.
type Error struct {
	Stage     string // where: "connection", "recipient"
	Code      int    // the server's; 0 where it said nothing
	Enhanced  string // its enhanced code, "5.1.1"
	Permanent bool   // this message will never be taken

	cause error // one that holds nothing of the message's
}

// Error says where it went wrong, and how.
func (e *Error) Error() string {
	text := "mail: not sent: " + e.Stage
	if e.Code != 0 {
		text += fmt.Sprintf(": the server answered %d", e.Code)
	}
	if e.Enhanced != "" {
		text += " " + e.Enhanced
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap is the cause, where it may be shown.
func (e *Error) Unwrap() error { return e.cause }

// Permanent tells whether an error of Send says that sending this message again
// is of no use.
func Permanent(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Permanent
}

func permanent(stage string, cause error) *Error {
	return &Error{Stage: stage, Permanent: true, cause: cause}
}

// stages names what the library was doing.
var stages = map[gomail.SendErrReason]string{
	gomail.ErrSMTPMailFrom: "sender", gomail.ErrSMTPRcptTo: "recipient", gomail.ErrSMTPData: "content",
	gomail.ErrSMTPDataClose: "content", gomail.ErrWriteContent: "content",
}

// translate makes an Error of what the library returned.
func translate(ctx context.Context, err error) *Error {
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return connecting(ctx, err)
	}
	stage, known := stages[sent.Reason]
	if !known {
		stage = "connection"
	}
	return &Error{
		Stage: stage, Code: sent.ErrorCode(), Enhanced: sent.EnhancedStatusCode(),
		Permanent: known && sent.ErrorCode() >= 500 && !about(sent.ErrorCode()), cause: harmless(ctx, err),
	}
}

// about tells refusals that are about us and our settings, not about the message:
// a password or encryption is asked for.
func about(code int) bool { return code == 530 || code == 534 || code == 535 || code == 538 }

func connecting(ctx context.Context, err error) *Error {
	e := &Error{Stage: "connection", cause: harmless(ctx, err)}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		e.Code = answer.Code
	}
	return e
}

// harmless is the part of an error that comes from the network or from TLS, and so
// cannot quote the message or the server.
func harmless(ctx context.Context, err error) error {
	var verify *tls.CertificateVerificationError
	var network *net.OpError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &verify):
		return verify
	case errors.As(err, &network):
		return network
	}
	return nil
}
