package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

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
	// done gives back what was set aside for the body; nil where nothing was.
	done func()

	base context.Context //nolint:containedctx // the request's own, without a deadline
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
	c, err := x.admit(&request, actor, len(body))
	if err := x.charge(actor, c, err != nil); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	ctx, cancel := x.patient(c)
	defer cancel()
	return x.run(identity.With(ctx, actor), c)
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
	body, err := x.body()
	if err != nil {
		return gqlhttp.Request{}, nil, err
	}
	request, err := gqlhttp.FromBody(body)
	return request, body, err
}

// body reads the body of a POST, where there is room for it.
func (x *exchange) body() (body []byte, err error) {
	longest := x.longest()
	if x.r.ContentLength > longest {
		return nil, errBodyTooLong
	}
	if size := long(x.r, longest); size > 0 {
		if x.done, err = x.room.take(x.r.Context(), size); err != nil {
			return nil, err
		}
	}
	body, err = io.ReadAll(http.MaxBytesReader(x.out, x.r.Body, longest))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errBodyTooLong
	case err != nil:
		return nil, apperr.New(apperr.BadRequest, "The request did not arrive whole.").Wrap(err)
	}
	return body, nil
}

// giveBack ends what was set aside for the request.
func (x *exchange) giveBack() {
	if x.done != nil {
		x.done()
	}
}

// longest is how much is read before it is known what it asks for: who brings no
// credentials of ours may ask for nothing long.
func (x *exchange) longest() int64 {
	if !x.cfg.Identify.Issued(x.r) {
		return policy.Operation{}.MaxBody()
	}
	return policy.LargestBody()
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

// call is what a request asks for.
type call struct {
	doc        *document.Document
	mutation   bool
	fields     []*ast.Field // at the root
	operations []policy.Operation
	variables  map[string]any
}

// admit finds out what a request asks for, and whether the actor may, before
// anything runs.
func (x *exchange) admit(request *gqlhttp.Request, actor *identity.Actor, size int) (c call, err error) {
	if c.doc, err = x.cfg.Documents.admit(request, actor); err != nil {
		return c, because(actor, err)
	}
	c.mutation = c.doc.Operation.Operation == ast.Mutation
	c.fields = roots(c.doc.Operation)
	if c.operations, err = x.permit(c, actor, size); err != nil {
		return c, err
	}
	if err := fit(c.doc, request.Variables); err != nil {
		return c, err
	}
	c.variables, err = variables(request.Variables)
	return c, err
}

// fit tells all that is wrong with the variables, as the read service does. The
// executor would tell the first of it, and in words for programmers.
func fit(doc *document.Document, variables []byte) error {
	sizes := make([]int, doc.Sized())
	if _, err := doc.Variables.Canonical(nil, sizes, variables); err != nil {
		return err
	}
	return doc.Check(sizes)
}

// permit checks every root field against the policy.
func (x *exchange) permit(c call, actor *identity.Actor, size int) (operations []policy.Operation, err error) {
	switch {
	case c.mutation && x.r.Method != http.MethodPost:
		return nil, errMutationByGet
	case c.mutation && len(c.fields) != 1:
		return nil, errOneMutation
	case len(c.fields) == 0 && actor.Refused != nil:
		return nil, actor.Refused
	case len(c.fields) == 0 && int64(size) > (policy.Operation{}).MaxBody():
		return nil, errBodyTooLong
	}
	for _, f := range c.fields {
		op, ok := policy.Of(f.Name)
		if !ok {
			return nil, apperr.New(apperr.Internal, f.Name+" has no row in the policy")
		}
		if err := op.Permit(actor, x.cfg.Now()); err != nil {
			return nil, err
		}
		if int64(size) > op.MaxBody() {
			return nil, errBodyTooLong
		}
		x.later = op.Later
		operations = append(operations, op)
	}
	return operations, nil
}

// because tells somebody whose credentials were refused that, and not what
// somebody without any may not do.
func because(actor *identity.Actor, err error) error {
	if actor.Refused != nil && errors.Is(err, errRegistered) {
		return actor.Refused
	}
	return err
}

// variables are what JSON says; the executor coerces them by the schema.
func variables(text []byte) (map[string]any, error) {
	values := map[string]any{}
	if len(text) == 0 {
		return values, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&values); err != nil {
		return nil, errVariables.Wrap(err)
	}
	return values, nil
}

// patient is how long the executor may take: longer than usual for what is known to
// be slow.
func (x *exchange) patient(c call) (context.Context, context.CancelFunc) {
	var longest time.Duration
	for _, op := range c.operations {
		longest = max(longest, op.Patience)
	}
	if longest <= x.cfg.Timeout {
		return x.r.Context(), func() {}
	}
	const send = 10 * time.Second
	_ = http.NewResponseController(x.out).SetWriteDeadline(time.Now().Add(longest + send)) // where there is one
	return context.WithTimeout(x.base, longest)
}

// run has the executor answer.
func (x *exchange) run(ctx context.Context, c call) error {
	if key := x.r.Header.Get("Idempotency-Key"); key != "" {
		if len(key) < 8 || len(key) > 128 {
			return errIdempotencyKey
		}
		ctx = command.WithIdempotencyKey(ctx, key)
	}
	ctx, ticket := command.WithTicket(ctx)
	ctx = cookie.With(ctx, x.r, x.out.Header())
	ctx = graphql.StartOperationTrace(ctx)
	op, errs := x.exec.CreateOperationContext(ctx, &graphql.RawParams{
		Query: c.doc.Text, OperationName: c.doc.Name, Variables: c.variables, Headers: x.r.Header,
	})
	if len(errs) > 0 {
		return refused(errs)
	}
	respond, ctx := x.exec.DispatchOperation(ctx, op)
	response := respond(ctx)
	if seq := ticket.Seq(); seq > 0 { // also where the answer tells of a failure: what was changed was
		x.out.Header().Set("X-Tercul-Seq", strconv.FormatUint(seq, 10))
	}
	if response == nil {
		return apperr.From(ctx.Err())
	}
	return x.send(response)
}
