package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/document"
	"github.com/tercul/tercul/shared/gqlhttp"
	"github.com/tercul/tercul/write/internal/command"
	"github.com/tercul/tercul/write/internal/cookie"
	"github.com/tercul/tercul/write/internal/identity"
	"github.com/tercul/tercul/write/internal/policy"
)

// exchange is one request and its answer.
type exchange struct {
	*Server
	out   http.ResponseWriter
	r     *http.Request
	media gqlhttp.Media
	later bool // a success is 202
}

// answer is the whole way of a request.
func (x *exchange) answer() error {
	if x.media = gqlhttp.Negotiate(strings.Join(x.r.Header.Values("Accept"), ",")); x.media == gqlhttp.None {
		x.media = gqlhttp.JSON
		return errNotAcceptable
	}
	switch x.r.Method {
	case http.MethodOptions:
		x.out.WriteHeader(http.StatusNoContent)
		return nil
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		return errMethod
	}
	if err := x.protect.Check(x.r); err != nil {
		return errCrossOrigin.Wrap(err)
	}
	request, body, err := x.read()
	if err != nil {
		return err
	}
	actor, err := x.cfg.Identify.Identify(x.r, body)
	if err != nil {
		return err
	}
	doc, err := x.cfg.Documents.admit(&request, actor)
	if err != nil {
		return because(actor, err)
	}
	if err := x.permit(doc, actor, len(body)); err != nil {
		return err
	}
	return x.run(identity.With(x.r.Context(), actor), doc, request)
}

// read takes the request apart. The body is kept for signatures over it.
func (x *exchange) read() (gqlhttp.Request, []byte, error) {
	if x.r.Method != http.MethodPost {
		request, err := gqlhttp.FromURL(x.r.URL.RawQuery)
		request.Get = true
		return request, nil, err
	}
	if err := contentType(x.r); err != nil {
		return gqlhttp.Request{}, nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(x.out, x.r.Body, policy.LargestBody()))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return gqlhttp.Request{}, nil, errBodyTooLong
	case err != nil:
		return gqlhttp.Request{}, nil, apperr.New(apperr.BadRequest, "The request did not arrive whole.").Wrap(err)
	}
	request, err := gqlhttp.FromBody(body)
	return request, body, err
}

func contentType(r *http.Request) error {
	kind, params, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	sent := gqlhttp.Element{Token: strings.TrimSpace(kind), Params: params}
	if !strings.EqualFold(sent.Token, gqlhttp.TypeJSON) || !sent.UTF8() {
		return errMediaType
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return errBodyCoded
	}
	return nil
}

// permit checks every root field against the policy, before anything runs.
func (x *exchange) permit(doc *document.Document, actor *identity.Actor, size int) error {
	names := roots(doc.Operation)
	if doc.Operation.Operation == ast.Mutation {
		switch {
		case x.r.Method != http.MethodPost:
			return errMutationByGet
		case len(names) != 1:
			return errOneMutation
		}
	}
	if len(names) == 0 && actor.Refused != nil {
		return actor.Refused
	}
	for _, name := range names {
		op, ok := policy.Of(name)
		if !ok {
			return apperr.New(apperr.Internal, name+" has no row in the policy")
		}
		if err := op.Permit(actor, x.cfg.Now()); err != nil {
			return err
		}
		if int64(size) > op.MaxBody() {
			return errBodyTooLong
		}
		x.later = op.Later
	}
	return nil
}

// because tells somebody whose credentials were refused that, and not what
// somebody without any may not do.
func because(actor *identity.Actor, err error) error {
	if actor.Refused != nil && errors.Is(err, errRegistered) {
		return actor.Refused
	}
	return err
}

// run has the executor answer. Variables are what JSON says; the executor coerces
// them by the schema.
func (x *exchange) run(ctx context.Context, doc *document.Document, request gqlhttp.Request) error {
	variables := map[string]any{}
	if len(request.Variables) > 0 {
		decoder := json.NewDecoder(strings.NewReader(string(request.Variables)))
		decoder.UseNumber()
		if err := decoder.Decode(&variables); err != nil {
			return errVariables.Wrap(err)
		}
	}
	if key := x.r.Header.Get("Idempotency-Key"); key != "" {
		if len(key) < 8 || len(key) > 128 {
			return errIdempotencyKey
		}
		ctx = command.WithIdempotencyKey(ctx, key)
	}
	ctx = cookie.With(ctx, x.r, x.out.Header())
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := x.exec.CreateOperationContext(ctx, &graphql.RawParams{
		Query: doc.Text, OperationName: doc.Name, Variables: variables, Headers: x.r.Header,
	})
	if len(errs) > 0 {
		return refused(errs)
	}
	respond, ctx := x.exec.DispatchOperation(ctx, op)
	response := respond(ctx)
	if response == nil {
		return apperr.From(ctx.Err())
	}
	return x.send(response)
}
