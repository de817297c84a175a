package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxReply bounds what is read of an answer.
const maxReply = 1 << 20

// call sends a request and answers the body of a 2xx; anything else is an *Error.
func call(client *http.Client, r *http.Request) ([]byte, error) {
	response, err := client.Do(r)
	if err != nil {
		return nil, silent(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReply))
	if err != nil {
		return nil, silent(err)
	}
	if response.StatusCode/100 == 2 {
		return body, nil
	}
	return nil, refused(response)
}

// silent words an answer that never came, without the address: it may hold a secret, and
// whoever asks whether the writer is ready is shown the words.
func silent(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Outcome: Failed, Problem: "no answer in time"}
	}
	var line *net.OpError
	if errors.As(err, &line) {
		err = line.Err
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		err = errors.New(name.Err)
	}
	return &Error{Outcome: Failed, Problem: "no answer: " + err.Error()}
}

func refused(r *http.Response) error {
	e := &Error{Outcome: Failed, After: retryAfter(r.Header.Get("Retry-After"), time.Now()), Problem: "answered " + strconv.Itoa(r.StatusCode)}
	switch code := r.StatusCode; {
	case code == http.StatusTooManyRequests:
		e.Outcome = Limited
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code/100 == 3:
		e.Outcome = Denied
	case code == http.StatusRequestTimeout, code == http.StatusConflict, code == http.StatusTooEarly:
	case code/100 == 4:
		e.Outcome = Unfit
	}
	return e
}

// retryAfter reads seconds or a date; 0 for what is neither, or past.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return max(0, time.Duration(min(seconds, 86_400))*time.Second)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

// post makes a request with a JSON body.
func post(ctx context.Context, address string, body any) (*http.Request, []byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, nil, &Error{Outcome: Unfit, Problem: err.Error()}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(text))
	if err != nil {
		return nil, nil, &Error{Outcome: Denied, Problem: "the address is no URL"}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "tercul-writer")
	return r, text, nil
}
