package policy

import (
	"time"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/write/internal/identity"
)

// accounts are the operations of accounts and sessions.
var accounts = []Operation{
	{Name: "viewer", Role: identity.Reader},
	{Name: "viewerSessions", Role: identity.Reader},
	{Name: "register", Entry: true, Limits: perAddress("register", 10, time.Hour),
		Errors: plus(newPassword, apperr.UserBlank, apperr.UserTaken)},
	{Name: "verifyEmail", Entry: true, Limits: tokens, Errors: byToken},
	{Name: "resendVerification", Entry: true, Limits: mails, Errors: []apperr.UserCode{apperr.UserBlank, apperr.UserInvalid}},
	{Name: "login", Entry: true, Limits: []Limit{
		{Name: "login", Count: 5, Period: signInPeriod, By: Account, Field: "login", Strict: true},
		{Name: "login-address", Count: 20, Period: signInPeriod, By: Address, Strict: true},
	}, Errors: plus(credentials, apperr.UserInvalidState, apperr.UserTooLong)},
	{Name: "refreshSession", Entry: true, Limits: perAddress("refresh", 600, time.Hour), Errors: byToken},
	{Name: "logout", Role: identity.Reader},
	{Name: "revokeSession", Role: identity.Reader, Object: owned, Errors: onObject},
	{Name: "revokeAllSessions", Role: identity.Reader, Object: owned, Errors: onObject},
	{Name: "requestPasswordReset", Entry: true, Limits: mails, Errors: []apperr.UserCode{apperr.UserBlank, apperr.UserInvalid}},
	{Name: "resetPassword", Entry: true, Limits: tokens, Errors: plus(newPassword, apperr.UserBlank, apperr.UserTokenInvalid)},
	{Name: "changePassword", Role: identity.Reader, Errors: plus(newPassword, credentials...)},
	{Name: "requestEmailChange", Role: identity.Reader, Errors: plus(credentials, apperr.UserInvalid), Limits: []Limit{
		{Name: "email-changes", Count: 5, Period: time.Hour, Strict: true}, // each sends mail to whom the caller likes
	}},
	{Name: "confirmEmailChange", Entry: true, Limits: tokens, Errors: plus(byToken, apperr.UserTaken)},
	{Name: "reauthenticate", Role: identity.Reader, Errors: credentials},
	{Name: "registerSigningKey", Role: identity.Editor, Sensitive: true, Creates: true,
		Errors: plus(edited, apperr.UserDuplicate, apperr.UserLimitReached)},
	{Name: "revokeSigningKey", Role: identity.Reader, Object: owned, Errors: onObject},
	{Name: "updateProfile", Role: identity.Reader, Errors: plus(edited, apperr.UserDuplicate)},
	{Name: "deleteAccount", Role: identity.Reader, Errors: plus(credentials, apperr.UserInvalid, apperr.UserInvalidState)},
}

// signInPeriod is what sign-ins are counted over.
const signInPeriod = 15 * time.Minute

var (
	owned = owner("its owner, or an admin,", identity.Admin)

	onObject    = []apperr.UserCode{apperr.UserInvalid, apperr.UserNotFound}
	byToken     = []apperr.UserCode{apperr.UserBlank, apperr.UserTooLong, apperr.UserTokenInvalid}
	credentials = []apperr.UserCode{apperr.UserBlank, apperr.UserInvalidCredentials, apperr.UserLocked}
	newPassword = []apperr.UserCode{apperr.UserTooShort, apperr.UserTooLong, apperr.UserInvalid, apperr.UserPasswordWeak, apperr.UserPasswordBreached}
)

// mails are asked for by address of mail; tokens are what is in them. A token cannot
// be guessed: its limit guards the hashes of passwords.
var (
	mails = []Limit{
		{Name: "mail", Count: 3, Period: time.Hour, By: Account, Field: "email", Strict: true},
		{Name: "mail-address", Count: 30, Period: time.Hour, By: Address, Strict: true},
	}
	tokens = perAddress("token", 30, time.Hour)
)

func perAddress(name string, count int, period time.Duration) []Limit {
	return []Limit{{Name: name, Count: count, Period: period, By: Address, Strict: true}}
}
