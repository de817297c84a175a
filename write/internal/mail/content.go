package mail

import "time"

// Content is what a message says. Its occasion is the name of its templates.
type Content interface {
	occasion() string
	// texts are all that came from outside; none may hold a control character.
	texts() []string
}

// VerifyAddress asks a new account to prove its address.
type VerifyAddress struct{ Username, Token string }

// AddressTaken tells the owner of an address that somebody tried to register with
// it: the caller was answered as if it had been free.
type AddressTaken struct{ Username string }

// ResetPassword carries the link that somebody asked for.
type ResetPassword struct{ Username, Token string }

// PasswordChanged tells that it was, and what to do if by somebody else.
type PasswordChanged struct {
	Username string
	At       time.Time
}

// ConfirmNewAddress goes to the new address.
type ConfirmNewAddress struct{ Username, Token string }

// AddressChanging goes to the old address, and does not say what the new one is:
// who reads it need not be who asked.
type AddressChanging struct {
	Username string
	At       time.Time
}

// SessionReused tells that a refresh token was used twice, so that one of the two
// users was not its owner.
type SessionReused struct {
	Username string
	At       time.Time
}

// DeletionScheduled tells until when an account can be kept.
type DeletionScheduled struct {
	Username string
	On       time.Time
}

// ContributionDecided tells a contributor what became of a contribution.
type ContributionDecided struct {
	Username string
	ID       string // of the contribution
	Title    string // of what it is about
	Decision Decision
	Note     []string // the reviewer's, a paragraph each
}

// Decision is what a reviewer decided.
type Decision string

// The decisions.
const (
	Approved         Decision = "APPROVED"
	Rejected         Decision = "REJECTED"
	ChangesRequested Decision = "CHANGES_REQUESTED"
	// Conflicted is approved, and made of what has changed meanwhile.
	Conflicted Decision = "CONFLICTED"
)

func (VerifyAddress) occasion() string       { return "verify-address" }
func (AddressTaken) occasion() string        { return "address-taken" }
func (ResetPassword) occasion() string       { return "reset-password" }
func (PasswordChanged) occasion() string     { return "password-changed" }
func (ConfirmNewAddress) occasion() string   { return "confirm-new-address" }
func (AddressChanging) occasion() string     { return "address-changing" }
func (SessionReused) occasion() string       { return "session-reused" }
func (DeletionScheduled) occasion() string   { return "deletion-scheduled" }
func (ContributionDecided) occasion() string { return "contribution-decided" }

func (c VerifyAddress) texts() []string     { return []string{c.Username, c.Token} }
func (c AddressTaken) texts() []string      { return []string{c.Username} }
func (c ResetPassword) texts() []string     { return []string{c.Username, c.Token} }
func (c PasswordChanged) texts() []string   { return []string{c.Username} }
func (c ConfirmNewAddress) texts() []string { return []string{c.Username, c.Token} }
func (c AddressChanging) texts() []string   { return []string{c.Username} }
func (c SessionReused) texts() []string     { return []string{c.Username} }
func (c DeletionScheduled) texts() []string { return []string{c.Username} }
func (c ContributionDecided) texts() []string {
	return append([]string{c.Username, c.ID, c.Title, string(c.Decision)}, c.Note...)
}

// contents is one of each, for the check that no language lacks a template.
func contents() []Content {
	return []Content{
		VerifyAddress{}, AddressTaken{}, ResetPassword{}, PasswordChanged{}, ConfirmNewAddress{}, AddressChanging{},
		SessionReused{}, DeletionScheduled{}, ContributionDecided{},
	}
}
