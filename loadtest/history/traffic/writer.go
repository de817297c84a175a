package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Writer sends commands to the write service as an editor.
type Writer struct {
	URL, Login, Password string

	client http.Client
	mu     sync.Mutex
	token  string
}

// Reply is what a command came to.
type Reply struct {
	Data    map[string]json.RawMessage
	Ticket  uint64 // of the change; 0 where none was given
	Acked   time.Time
	Refused string // why nothing was changed; empty where it was
}

var errSignIn = errors.New("the editor cannot sign in")

// Do sends a document. An error means that nobody knows whether it was carried out.
func (w *Writer) Do(ctx context.Context, query string, variables map[string]any) (Reply, error) {
	for attempt := 0; ; attempt++ {
		token, err := w.signedIn(ctx)
		if err != nil {
			return notSent(err), nil // what was not sent did nothing
		}
		r, code, err := w.post(ctx, token, query, variables)
		if attempt == 0 && (code == "TOKEN_EXPIRED" || code == "UNAUTHENTICATED") {
			w.forget(token)
			continue
		}
		return r, err
	}
}

func (w *Writer) signedIn(ctx context.Context) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.token != "" {
		return w.token, nil
	}
	r, _, err := w.post(ctx, "", `mutation($l: String!, $p: String!) { login(input: {login: $l, password: $p, mode: BEARER}) { accessToken userErrors { code } } }`,
		map[string]any{"l": w.Login, "p": w.Password})
	if err != nil {
		return "", err
	}
	var login struct{ AccessToken string }
	if err := json.Unmarshal(r.Data["login"], &login); err != nil || login.AccessToken == "" {
		return "", fmt.Errorf("%w: %s", errSignIn, r.Refused)
	}
	w.token = login.AccessToken
	return w.token, nil
}

func (w *Writer) forget(token string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.token == token {
		w.token = ""
	}
}

func (w *Writer) post(ctx context.Context, token, query string, variables map[string]any) (r Reply, code string, err error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return r, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return r, "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/graphql-response+json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return r, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	var out struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return r, "", err
	}
	r = Reply{Data: out.Data, Acked: time.Now()}
	r.Ticket, _ = strconv.ParseUint(resp.Header.Get("X-Tercul-Seq"), 10, 64)
	if len(out.Errors) > 0 {
		code = out.Errors[0].Extensions.Code
		if sure[code] {
			r.Refused = code + ": " + out.Errors[0].Message
			return r, code, nil
		}
		return r, code, fmt.Errorf("%s: %s", code, out.Errors[0].Message)
	}
	r.Refused = refusal(out.Data)
	return r, "", nil
}

// sure are the codes after which nothing was changed. Of the others nobody knows.
var sure = map[string]bool{"BAD_REQUEST": true, "FORBIDDEN": true, "UNAUTHENTICATED": true, "TOKEN_EXPIRED": true, "NOT_FOUND": true, "RATE_LIMITED": true}

func refusal(data map[string]json.RawMessage) string {
	for name, payload := range data {
		var p struct {
			UserErrors []struct{ Code, Message string }
		}
		if err := json.Unmarshal(payload, &p); err != nil {
			return name + " answered no object"
		}
		if len(p.UserErrors) > 0 {
			return name + ": " + p.UserErrors[0].Code
		}
	}
	return ""
}
