package api

import (
	"context"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/answer"
	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
	"github.com/tercul/tercul/shared/telemetry"
)

const (
	headerMinSeq = "X-Tercul-Min-Seq"
	headerSeq    = "X-Tercul-Seq"
)

// get answers GET and HEAD of /graphql and of the path form
// /graphql/sha256:<hex>[/<OperationName>].
func (s *Server) get(c *fiber.Ctx) error {
	f, err := gqlhttp.FromURL(string(c.Request().URI().QueryString()))
	if err != nil {
		return err
	}
	if err := pathFields(c, &f); err != nil {
		return err
	}
	f.Get = true
	return s.answer(c, f)
}

// pathFields merges the path into the fields.
func pathFields(c *fiber.Ctx, f *operation.Request) error {
	if id := c.Params("document"); id != "" && !strings.HasPrefix(id, "sha256:") {
		return errNoSuchPath
	}
	if err := pathField(c.Params("document"), gqlhttp.ParamDocumentID, &f.DocumentID); err != nil {
		return err
	}
	return pathField(c.Params("operation"), gqlhttp.ParamOperationName, &f.OperationName)
}

// pathField copies one segment. A value given in both places is given twice,
// which is refused like two equal parameters. Neither hashes nor names need
// escapes, so a segment with one is no spelling of ours.
func pathField(segment, name string, into *string) error {
	switch {
	case segment == "":
		return nil
	case strings.ContainsAny(segment, "%+"):
		return errNoSuchPath
	case *into != "":
		return apperr.OfField(apperr.BadRequest, name, "must be given once, not in the path and as a parameter")
	}
	*into = strings.Clone(segment)
	return nil
}

func (s *Server) post(c *fiber.Ctx) error {
	if err := checkContentType(c); err != nil {
		return err
	}
	if len(c.Request().URI().QueryString()) > 0 {
		return apperr.New(apperr.BadRequest, "A POST takes its parameters from the body alone; leave the query string out.")
	}
	f, err := gqlhttp.FromBody(c.Request().Body())
	if err != nil {
		return err
	}
	return s.answer(c, f)
}

func checkContentType(c *fiber.Ctx) error {
	kind, params, _ := strings.Cut(string(c.Request().Header.ContentType()), ";")
	sent := gqlhttp.Element{Token: strings.TrimSpace(kind), Params: params}
	if !strings.EqualFold(sent.Token, gqlhttp.TypeJSON) || !sent.UTF8() {
		c.Set("Accept-Post", gqlhttp.TypeJSON)
		return errMediaType
	}
	coding := c.Get(fiber.HeaderContentEncoding)
	if coding != "" && !strings.EqualFold(coding, "identity") {
		return errBodyCoded
	}
	return nil
}

// options lets a page of any origin ask: nothing here depends on who does.
func (s *Server) options(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAllow, "GET, HEAD, POST, OPTIONS")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST, OPTIONS")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Content-Type, "+headerMinSeq+", "+headerRequestID)
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	c.Status(fiber.StatusNoContent)
	return nil
}

// answer is the whole way of a question: negotiate, parse, ask, write.
func (s *Server) answer(c *fiber.Ctx, f operation.Request) error {
	ex := exchangeOf(c)
	if ex.media == gqlhttp.None {
		return errNotAcceptable
	}
	enc, ok := negotiateEncoding(joined(c.Context(), fasthttp.HeaderAcceptEncoding))
	if !ok {
		return errNoCoding
	}
	minSeq, err := minSeq(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(telemetry.WithRequestID(s.context, ex.id), s.cfg.Timeout)
	defer cancel()
	ctx, span := s.span(ctx, c, ex)
	defer span.End()

	ex.docs = s.cfg.Parser.Generation() // read first: a change meanwhile is seen later
	q, err := s.cfg.Parser.Parse(ctx, f)
	if err != nil {
		return wellFormed(f, err)
	}
	ex.op, q.Enc, q.MinSeq = q.Op, enc, minSeq
	if s.cfg.Client != nil {
		q.Client = s.cfg.Client(c.Context().RemoteAddr().String(), copies(c.Context(), fasthttp.HeaderXForwardedFor)...)
	}
	res, err := s.cfg.Source.Answer(ctx, q.Query)
	if err != nil {
		return err
	}
	s.write(c.Context(), ex, q, res)
	return nil
}

// wellFormed tells a URL whose variables are not even JSON, a broken request,
// from one whose variables do not fit the document: their statuses differ under
// application/json. Bodies were read as a whole by now. Only failures pay for it.
func wellFormed(f operation.Request, err error) error {
	if !f.Get || len(f.Variables) == 0 || jsontext.Value(f.Variables).IsValid(jsontext.AllowDuplicateNames(true)) {
		return err
	}
	return apperr.From(err).WithField(gqlhttp.ParamVariables)
}

// minSeq is the ticket of an editor who must see what was just written.
func minSeq(c *fiber.Ctx) (uint64, error) {
	text := c.Get(headerMinSeq)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return 0, apperr.OfField(apperr.BadRequest, headerMinSeq, "must be the whole number that an answer had as X-Tercul-Seq")
	}
	return n, nil
}

// write sends an answer, or 304 to who holds it already.
func (s *Server) write(ctx *fasthttp.RequestCtx, ex *exchange, q operation.Question, res answer.Result) {
	ex.layer = res.Layer.String()
	head := headOf(res, ex.media, contentLocation(ctx, q)).of(q.Operation)
	known := !ctx.IsPost() && noneMatch(joined(ctx, fasthttp.HeaderIfNoneMatch), res.Entry.ETag)
	if known {
		head.writeNotModified(&ctx.Response.Header)
		return
	}
	head.write(&ctx.Response.Header)
	if res.Entry.Status == answer.Partial && s.cfg.DraftCodes && ex.media == gqlhttp.GraphQL {
		ctx.SetStatusCode(statusPartial)
	}
	ctx.Response.SetBodyRaw(res.Entry.Body)
	s.lane.learn(ctx, ex.docs, res, head)
}

// statusPartial is the newer draft's "partial success".
const statusPartial = 294

// contentLocation names the canonical URL when the request spelt it otherwise.
func contentLocation(ctx *fasthttp.RequestCtx, q operation.Question) string {
	if q.Canonical == "" || string(ctx.RequestURI()) == q.Canonical {
		return ""
	}
	return q.Canonical
}
