package apperr

// Explanation says of a code what it means and what its reader can do about it.
// docs/api/errors.md is made of these.
type Explanation struct {
	Where   string // the services that answer it
	Meaning string
	Remedy  string
}

const (
	everywhere = "read, write"
	inRead     = "read"
	inWrite    = "write"
)

// Explain explains a code.
func (c Code) Explain() Explanation { return explanations[c] }

var explanations = map[Code]Explanation{
	BadRequest:             {everywhere, "The request, or a value in it, is not as it must be; `field` names it.", "Mend what the message says."},
	ParseFailed:            {everywhere, "The document is not GraphQL.", "Mend it at the `locations`."},
	ValidationFailed:       {everywhere, "The document does not fit the schema.", "Compare it to the reference; it may be older than the schema."},
	PersistedQueryNotFound: {everywhere, "No document is registered under this id.", "Register the document, or send the id of one that is."},
	DocumentRequired:       {everywhere, "The request names no document, or brings one that its sender may not run.", "Send the id of a registered document."},
	InputLimit:             {everywhere, "Something is longer than is read: the body, the URL, the document, a value.", "Send less at once."},
	CostLimit:              {everywhere, "The document costs too much, is nested too deep, or has too many aliases.", "Ask for fewer items, or for less of each."},
	Unauthenticated:        {inWrite, "Nobody is signed in, or the credentials are not good any more.", "Sign in."},
	TokenExpired:           {inWrite, "The access token has run out, or the account has changed since it was made.", "Renew the session with `refreshSession`, then send the request again."},
	ReauthRequired:         {inWrite, "The operation is sensitive, and the password was not given in the last five minutes.", "Call `reauthenticate`, or sign the request."},
	SignatureRequired:      {inWrite, "The request has to be signed.", "Sign it by RFC 9421 with a registered key."},
	SignatureInvalid:       {inWrite, "The signature does not cover the request, is older than a minute, was used before, or its key is not yours.", "Sign the request anew, as it is sent."},
	Forbidden:              {inWrite, "You may not do this at all: it needs another role or a confirmed address, or your page's site is not one of those that may.", "Nothing by yourself, but confirming your address."},
	RateLimited:            {everywhere, "There were too many requests; `RateLimit-Policy` names the limit.", "Wait for as many seconds as `Retry-After` says."},
	IdempotencyConflict:    {inWrite, "The `Idempotency-Key` was used before, with another request.", "Use a new key for a new request."},
	UnavailableLegal:       {inRead, "The text may not be shown for legal reasons.", "Nothing."},
	Timeout:                {everywhere, "The answer took too long. A mutation may have been done all the same.", "Try again, with the same `Idempotency-Key` where there was one; or ask for less."},
	Unavailable:            {everywhere, "Something that the service leans on is away.", "Try again after `Retry-After` or a few seconds."},
	Internal:               {everywhere, "A fault of ours.", "Quote the `requestId` if it lasts."},
}

// Explain explains a code of userErrors. They are the write service's.
func (c UserCode) Explain() Explanation {
	e := userExplanations[c]
	e.Where = inWrite
	return e
}

var userExplanations = map[UserCode]Explanation{
	UserBlank:              {Meaning: "It is empty, and must not be.", Remedy: "Give a value."},
	UserTooShort:           {Meaning: "It is shorter, or has fewer items, than it must.", Remedy: "`min` in the params says how much it takes."},
	UserTooLong:            {Meaning: "It is longer than it may be.", Remedy: "`max` in the params says how long it may be."},
	UserTooMany:            {Meaning: "There are more items than there may be.", Remedy: "`max` in the params says how many there may be."},
	UserInvalid:            {Meaning: "It has not the form, or is not one of the values, that it must.", Remedy: "The message says what is wanted."},
	UserTaken:              {Meaning: "Somebody, or something, has it already.", Remedy: "Take another."},
	UserNotFound:           {Meaning: "There is no such thing, or you may not see it.", Remedy: "Check the id; it may have been deleted or withdrawn."},
	UserStaleVersion:       {Meaning: "The object was changed since you read it; `current` in the params is its version.", Remedy: "Read it again (`editable`), make your change anew, send the version you read."},
	UserStaleRevision:      {Meaning: "The text was changed since you read it; `current` in the params is its revision.", Remedy: "Read the text again, make your change anew, send the revision you read."},
	UserInvalidState:       {Meaning: "The object's state does not allow it.", Remedy: "The message says which state does, and often how to get there."},
	UserForbidden:          {Meaning: "You may see the object, and not do this to it.", Remedy: "Ask whom the message names."},
	UserSelfReview:         {Meaning: "Nobody decides about their own work.", Remedy: "Let another reviewer do it."},
	UserLanguageNotHeld:    {Meaning: "You review other languages than this.", Remedy: "Let a reviewer of the language do it."},
	UserCycle:              {Meaning: "It would hang below itself.", Remedy: "Choose another place."},
	UserDuplicate:          {Meaning: "It is there already, or is given twice.", Remedy: "Leave it out, or use what is there."},
	UserLocked:             {Meaning: "It is locked for a while; `until` in the params says how long.", Remedy: "Wait, or set a new password by mail."},
	UserLimitReached:       {Meaning: "You have as many as one may have.", Remedy: "Delete one first; `max` in the params says how many there may be."},
	UserInvalidCredentials: {Meaning: "Name and password do not fit.", Remedy: "Try again, or set a new password by mail."},
	UserTokenInvalid:       {Meaning: "The token is unknown, used, or too old.", Remedy: "Ask for a new mail, or sign in."},
	UserPasswordWeak:       {Meaning: "The password is easy to guess, or holds the name or the address.", Remedy: "Take another, of several words."},
	UserPasswordBreached:   {Meaning: "The password is in a list of stolen ones.", Remedy: "Take another, and change it wherever else you use it."},
	UserRightsUnresolved:   {Meaning: "It is not known whether the text may be shown.", Remedy: "Say so first, with `setRights`."},
	UserConflict:           {Meaning: "It was overtaken by another change of the same thing.", Remedy: "Compare the two, and make your change anew."},
}
