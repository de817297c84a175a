package apperr

// UserCode names one thing the caller can mend, answered inside a payload's
// userErrors and never as a top-level error.
type UserCode string

// The codes of userErrors.
const (
	UserBlank              UserCode = "BLANK"
	UserTooShort           UserCode = "TOO_SHORT"
	UserTooLong            UserCode = "TOO_LONG"
	UserTooMany            UserCode = "TOO_MANY"
	UserInvalid            UserCode = "INVALID"
	UserTaken              UserCode = "TAKEN"
	UserNotFound           UserCode = "NOT_FOUND"
	UserStaleVersion       UserCode = "STALE_VERSION"
	UserStaleRevision      UserCode = "STALE_REVISION"
	UserInvalidState       UserCode = "INVALID_STATE"
	UserForbidden          UserCode = "FORBIDDEN"
	UserSelfReview         UserCode = "SELF_REVIEW"
	UserLanguageNotHeld    UserCode = "LANGUAGE_NOT_HELD"
	UserCycle              UserCode = "CYCLE"
	UserDuplicate          UserCode = "DUPLICATE"
	UserLocked             UserCode = "LOCKED"
	UserLimitReached       UserCode = "LIMIT_REACHED"
	UserInvalidCredentials UserCode = "INVALID_CREDENTIALS"
	UserTokenInvalid       UserCode = "TOKEN_INVALID"
	UserPasswordWeak       UserCode = "PASSWORD_WEAK"
	UserPasswordBreached   UserCode = "PASSWORD_BREACHED"
	UserRightsUnresolved   UserCode = "RIGHTS_UNRESOLVED"
	UserConflict           UserCode = "CONFLICT"
)

// UserCodes returns every code of userErrors, for documentation and for tests.
func UserCodes() []UserCode {
	return []UserCode{
		UserBlank, UserTooShort, UserTooLong, UserTooMany, UserInvalid, UserTaken, UserNotFound,
		UserStaleVersion, UserStaleRevision, UserInvalidState, UserForbidden, UserSelfReview,
		UserLanguageNotHeld, UserCycle, UserDuplicate, UserLocked, UserLimitReached,
		UserInvalidCredentials, UserTokenInvalid, UserPasswordWeak, UserPasswordBreached,
		UserRightsUnresolved, UserConflict,
	}
}

// UserError is one entry of userErrors. Params fill the placeholders of a
// translated message on the client's side.
type UserError struct {
	Code    UserCode
	Field   []string
	Message string
	Params  map[string]string
}
