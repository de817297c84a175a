package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
	"github.com/tercul/tercul/shared/telemetry"
)

// What only HTTP can refuse.
var (
	errNotAcceptable = apperr.Newf(apperr.BadRequest, "Answers are %s or %s; accept one of them.", gqlhttp.TypeGraphQL, gqlhttp.TypeJSON).
				WithField("Accept").WithStatus(http.StatusNotAcceptable)
	errMediaType = apperr.New(apperr.BadRequest, "Send the request as application/json in UTF-8.").
			WithField("Content-Type").WithStatus(http.StatusUnsupportedMediaType)
	errBodyCoded = apperr.New(apperr.BadRequest, "Send the body uncompressed.").
			WithField("Content-Encoding").WithStatus(http.StatusUnsupportedMediaType)
	errBodyTooLong   = apperr.New(apperr.InputLimit, "The body is too long for this operation.").WithStatus(http.StatusRequestEntityTooLarge)
	errMethod        = apperr.New(apperr.BadRequest, "This path answers GET, HEAD, POST and OPTIONS.").WithStatus(http.StatusMethodNotAllowed)
	errMutationByGet = apperr.New(apperr.BadRequest, "A mutation cannot be sent by GET.").WithStatus(http.StatusMethodNotAllowed)
	errOneMutation   = apperr.New(apperr.BadRequest, "Send one mutation a request: each is a transaction of its own.")
	errCrossOrigin   = apperr.New(apperr.Forbidden, "Pages of this origin may not send requests here.")
	errVariables     = apperr.New(apperr.BadRequest, "It must be a JSON object.").WithField("variables")

	errIdempotencyKey = apperr.New(apperr.BadRequest, "It must have 8 to 128 characters.").WithField("Idempotency-Key")
)

// present makes the GraphQL error of a resolver's error, and logs what the answer hides.
func (s *Server) present(ctx context.Context, err error) *gqlerror.Error {
	e := apperr.From(err)
	var located *gqlerror.Error
	if path := graphql.GetPath(ctx); errors.As(err, &located) && e.Code == apperr.Internal && len(located.Path) > len(path) {
		// The executor puts the place in an argument behind the field's own path: a
		// value could not be read. What it is was checked before (fit), so that this is
		// the word of a reader that wants more than its scalar says.
		e = unread(located.Path.String(), located)
	}
	s.logFailure(ctx, e, err)
	out := gqlerror.WrapPath(graphql.GetPath(ctx), e)
	out.Message = e.Message
	out.Extensions = map[string]any{"code": e.Code, "retryable": e.Retryable()}
	if id := telemetry.RequestID(ctx); id != "" {
		out.Extensions["requestId"] = id
	}
	if e.Field != "" {
		out.Extensions["field"] = e.Field
	}
	return out
}

// refused are errors of the request that the executor found, though the document was
// validated and the variables were read before: it may know better.
func refused(errs gqlerror.List) error {
	list := make(apperr.List, len(errs))
	for i, e := range errs {
		list[i] = unread("variables."+strings.TrimPrefix(e.Path.String(), "variable."), e)
	}
	return list.Err()
}

// unread is a value that the executor could not read.
func unread(path string, err *gqlerror.Error) *apperr.Error {
	path = strings.TrimSuffix(path, ".")
	return apperr.Newf(apperr.BadRequest, "%s cannot be read: %s. Compare it to the schema.", path, strings.TrimSuffix(err.Message, ".")).
		WithField(path).Wrap(err)
}

// send writes an answer of the executor. One without data has failed as a whole,
// and its status is that of its gravest error.
func (x *exchange) send(response *graphql.Response) error {
	body, err := json.Marshal(response)
	if err != nil {
		return fmt.Errorf("the answer cannot be written: %w", err)
	}
	status := http.StatusOK
	switch {
	case string(response.Data) == "null" || len(response.Data) == 0:
		status = gravest(response.Errors)
	case x.later:
		status = http.StatusAccepted
	}
	x.write(status, body)
	return nil
}

func gravest(errs gqlerror.List) int {
	status := http.StatusOK
	for _, e := range errs {
		if code, ok := e.Extensions["code"].(apperr.Code); ok {
			status = max(status, code.Status())
		}
	}
	return status
}

// fail answers with nothing but errors.
func (x *exchange) fail(err error) {
	e := apperr.From(err)
	x.logFailure(x.r.Context(), e, err)
	switch e.Status() {
	case http.StatusMethodNotAllowed:
		x.out.Header().Set("Allow", map[bool]string{true: "POST", false: "GET, HEAD, POST, OPTIONS"}[e.Is(errMutationByGet)])
	case http.StatusUnauthorized:
		x.out.Header().Set("WWW-Authenticate", `Bearer realm="tercul"`)
	}
	if e.RetryAfter > 0 {
		x.out.Header().Set("Retry-After", strconv.Itoa(int((e.RetryAfter+999_999_999)/1_000_000_000)))
	}
	x.write(x.status(e), apperr.AppendBody(nil, err, telemetry.RequestID(x.r.Context())))
}

// status follows GraphQL over HTTP: under application/json a well-formed request
// whose document or variables do not fit the schema is a 200 with errors.
func (x *exchange) status(e *apperr.Error) int {
	coercion := e.Code == apperr.BadRequest && strings.HasPrefix(e.Field, "variables.")
	if x.media == gqlhttp.JSON && (coercion || e.Code == apperr.ParseFailed || e.Code == apperr.ValidationFailed) {
		return http.StatusOK
	}
	return e.Status()
}

func (x *exchange) write(status int, body []byte) {
	h := x.out.Header()
	h.Set("Content-Type", x.media.Header())
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	x.out.WriteHeader(status)
	if x.r.Method != http.MethodHead {
		_, _ = x.out.Write(body)
	}
}

// allowOrigin lets pages of the configured sites send credentials.
func (s *Server) allowOrigin(out http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	out.Header().Add("Vary", "Origin")
	for _, allowed := range s.cfg.Origins {
		if origin == allowed {
			h := out.Header()
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
			h.Set("Access-Control-Expose-Headers", "X-Request-Id, X-Tercul-Seq, Retry-After, RateLimit, RateLimit-Policy")
			h.Set("Access-Control-Max-Age", "7200")
		}
	}
}
