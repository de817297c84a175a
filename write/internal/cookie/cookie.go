// Package cookie lets a command answer with cookies, as far from HTTP as it is.
// The api package puts the Jar of a request into its context; without one, nothing
// is read and nothing set.
package cookie

import (
	"context"
	"net/http"
)

// Jar is the cookies of one request and of its answer.
type Jar struct {
	request *http.Request
	answer  http.Header
}

type key struct{}

// With puts the cookies of a request and its answer's header into the context.
func With(ctx context.Context, r *http.Request, answer http.Header) context.Context {
	return context.WithValue(ctx, key{}, &Jar{r, answer})
}

// From is the jar of the context; an empty one, where none was put there.
func From(ctx context.Context) *Jar {
	if j, ok := ctx.Value(key{}).(*Jar); ok {
		return j
	}
	return &Jar{}
}

// Get is the value of a cookie of the request.
func (j *Jar) Get(name string) (string, bool) {
	if j.request == nil {
		return "", false
	}
	c, err := j.request.Cookie(name)
	if err != nil {
		return "", false
	}
	return c.Value, true
}

// Set answers with a cookie.
func (j *Jar) Set(c *http.Cookie) {
	if text := c.String(); j.answer != nil && text != "" {
		j.answer.Add("Set-Cookie", text)
	}
}
