package api

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp/fasthttpadaptor"
)

const graphqlPath = "/graphql"

// router lists every path there is. HEAD comes with GET.
func (s *Server) router() *fiber.App {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true,
		CaseSensitive:         true,
		StrictRouting:         true,
		// Never reached: begin turns every error into an answer.
		ErrorHandler: func(_ *fiber.Ctx, err error) error { return err },
	})
	app.Use(s.begin)
	app.Get(graphqlPath, s.get)
	app.Get(graphqlPath+"/:document", s.get)
	app.Get(graphqlPath+"/:document/:operation", s.get)
	app.Post(graphqlPath, s.post)
	app.Options(graphqlPath, s.options)

	app.Get("/", s.index)
	app.Get("/healthz", s.alive)
	app.Get("/health", s.alive)
	app.Get("/readyz", s.ready)
	app.Get("/ready", s.ready)
	app.Get("/version", s.version)
	if s.cfg.Scrape != nil {
		scrape := fasthttpadaptor.NewFastHTTPHandler(s.cfg.Scrape)
		app.Get("/metrics", func(c *fiber.Ctx) error {
			scrape(c.Context())
			return nil
		})
	}
	return app
}
