// Package mail writes the messages of accounts and contributions, and sends them.
//
//	composer, err := mail.NewComposer(cfg)
//	sender, err := mail.NewSender(cfg)
//	m, err := composer.Compose("en", "ada@example.org", mail.VerifyAddress{Username: "ada", Token: token})
//	err = sender.Send(ctx, m)
//	if mail.Permanent(err) { … } // nobody will ever take this message; anything else may be tried again
//
// What is said is a type for each occasion, in content.go; how, a pair of
// templates for each language, in templates/<language>: <occasion>.txt, which
// also holds the subject, and <occasion>.html. A language is a folder that has
// all of them, or NewComposer fails.
//
// # Invariants
//
//   - A message goes to one recipient, has a plain and an HTML part, Message-ID,
//     Date and Auto-Submitted. Sent again it is the same message, id included.
//   - No field holds a line break or another control character, whether it came
//     from a caller or out of a template: a header cannot be broken out of.
//   - Links begin with the configured URL. Tokens stand behind the #, which
//     browsers send to no server: in no log, no Referer and no proxy.
//   - Errors hold neither addresses, nor tokens, nor passwords, nor what the mail
//     server said, which tends to repeat addresses: only its codes.
//
// # Failures
//
// An SMTP message has a connection of its own, which is closed whatever happens,
// and Timeout in all. Permanent tells a message that was refused for good (5xx to
// sender, recipient or content; an address that is none) from all the rest: a
// server that is down, busy, hangs, has no valid certificate, or does not accept
// our password is somebody's to mend, and the message should be kept until then.
// A server that has taken the message and then fails has taken it: no error, and
// no second message.
//
// In development the messages are files instead, readable by their owner alone.
package mail
