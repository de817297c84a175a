package api

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"github.com/tercul/tercul/shared/apperr"
	"github.com/tercul/tercul/shared/gqlhttp"
)

// json answers one of the small pages about the service itself.
func (s *Server) json(c *fiber.Ctx, status int, v any) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(status)
	if err := c.JSON(v); err != nil {
		return err
	}
	c.Response().Header.SetContentType(gqlhttp.JSON.Header())
	return nil
}

// index tells a person with curl where to go on.
func (s *Server) index(c *fiber.Ctx) error {
	return s.json(c, fiber.StatusOK, fiber.Map{
		"service": "tercul reader",
		"links": fiber.Map{
			"graphql":  graphqlPath,
			"document": graphqlPath + "/sha256:{hash}/{operationName}?variables={json}",
			"alive":    "/healthz",
			"ready":    "/readyz",
			"metrics":  "/metrics",
			"version":  "/version",
		},
	})
}

// alive says that the process answers, and asks nobody else.
func (s *Server) alive(c *fiber.Ctx) error {
	return s.json(c, fiber.StatusOK, fiber.Map{"status": "alive"})
}

func (s *Server) ready(c *fiber.Ctx) error {
	status, body := s.cfg.Ready.report(s.context)
	return s.json(c, status, body)
}

func (s *Server) version(c *fiber.Ctx) error {
	return s.json(c, fiber.StatusOK, s.cfg.Version)
}

// plainly words a dependency's failure for a probe. Drivers put addresses and
// user names into their messages, which are no business of a public page.
func plainly(err error) string {
	var coded *apperr.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &coded):
		return coded.Message
	}
	return "does not answer"
}
