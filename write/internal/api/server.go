package api

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/tercul/tercul/write/internal/identity"
)

// Identifier finds out who sent a request. Without credentials it is nobody, an
// Actor with an address; with wrong ones it is nobody, too, and the Actor says why
// they were refused. An error is of the service.
type Identifier interface {
	Identify(r *http.Request, body []byte) (*identity.Actor, error)
	// Issued tells, without asking anybody, whether the request has credentials that
	// this service has once given out.
	Issued(r *http.Request) bool
}

// Config is what a Server needs.
type Config struct {
	Schema    graphql.ExecutableSchema
	Documents *Documents
	Identify  Identifier
	Limiter   Limiter // nil for no limits
	Log       zerolog.Logger
	Metrics   prometheus.Registerer // nil registers nothing
	Now       func() time.Time
	// Timeout bounds one request.
	Timeout time.Duration
	// URL is how browsers address the service, whatever a proxy makes of that; its own
	// pages are trusted.
	URL string
	// Origins are the sites whose pages may send credentials from a browser.
	Origins []string
}

// Server answers /graphql.
type Server struct {
	cfg     Config
	exec    *executor.Executor
	protect *http.CrossOriginProtection
	room    *room
}

// New puts a Server together.
func New(cfg Config) (*Server, error) {
	if cfg.Limiter == nil {
		cfg.Limiter = unlimited{}
	}
	s := &Server{cfg: cfg, exec: executor.New(cfg.Schema), protect: http.NewCrossOriginProtection()}
	var err error
	if s.room, err = newRoom(cfg.Metrics); err != nil {
		return nil, err
	}
	trusted := cfg.Origins
	if cfg.URL != "" {
		trusted = append([]string{cfg.URL}, trusted...)
	}
	for _, origin := range trusted {
		if err := s.protect.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	s.exec.SetErrorPresenter(s.present)
	s.exec.SetRecoverFunc(s.recovered)
	s.exec.SetQueryCache(cfg.Documents.parsed)
	s.exec.Use(extension.Introspection{}) // who may ask about the schema was decided when the document was admitted
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.cfg.Timeout)
	defer cancel()
	x := &exchange{Server: s, out: out, r: r.WithContext(ctx), base: r.Context()}
	defer x.giveBack()
	s.allowOrigin(out, r)
	if err := x.answer(); err != nil { //nolint:contextcheck // it is in the exchange's request
		x.fail(err) //nolint:contextcheck // it is in the exchange's request
	}
}

// roots are the fields that an operation selects at its root, those about the
// schema left out.
func roots(op *ast.OperationDefinition) []*ast.Field {
	var fields []*ast.Field
	var walk func(ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch sel := selection.(type) {
			case *ast.Field:
				if sel.Name[0] != '_' {
					fields = append(fields, sel)
				}
			case *ast.InlineFragment:
				walk(sel.SelectionSet)
			case *ast.FragmentSpread:
				walk(sel.Definition.SelectionSet)
			}
		}
	}
	walk(op.SelectionSet)
	return fields
}
