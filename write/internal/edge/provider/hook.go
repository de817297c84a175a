package provider

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/tercul/tercul/shared/invalidate"
)

// Hook is any other edge, behind something that takes a POST and purges. It is signed as
// Standard Webhooks has it, so that a library of theirs can verify it.
type Hook struct {
	client *http.Client
	url    *url.URL
	secret []byte
	rate   rate.Limit
}

// NewHook returns the driver of the hook at a URL.
func NewHook(client *http.Client, u *url.URL, secret []byte, perSecond float64) *Hook {
	return &Hook{client: client, url: u, secret: secret, rate: rate.Limit(perSecond)}
}

// HookSecret reads a secret: whsec_ and 24 to 64 bytes in base64.
func HookSecret(text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(text, "whsec_")
	secret, err := base64.StdEncoding.DecodeString(rest)
	if !ok || err != nil || len(secret) < 24 || len(secret) > 64 {
		return nil, errors.New("must be whsec_ and 24 to 64 bytes in base64")
	}
	return secret, nil
}

// Name is the address without what may be secret in it.
func (h *Hook) Name() string { return "hook " + h.url.Host }

// Limits are moderate: nobody knows what is behind it.
func (h *Hook) Limits() Limits {
	return Limits{Keys: 500, Rate: h.rate, Burst: max(1, int(2*h.rate))}
}

// hookBody is what a hook is sent.
type hookBody struct {
	Type string    `json:"type"`
	At   time.Time `json:"timestamp"`
	Data hookData  `json:"data"`
}

type hookData struct {
	Mode       string   `json:"mode"` // hard or soft
	Everything bool     `json:"everything"`
	Keys       []string `json:"keys"`
}

// Purge posts the keys. Any 2xx confirms all of them.
func (h *Hook) Purge(ctx context.Context, keys []string, hard bool) ([]string, error) {
	now := time.Now().UTC()
	r, body, err := post(ctx, h.url.String(), hookBody{
		Type: "cache.purge", At: now,
		Data: hookData{Mode: mode(hard), Everything: slices.Contains(keys, invalidate.EdgeEverything), Keys: keys},
	})
	if err != nil {
		return keys, err
	}
	h.sign(r, "msg_"+rand.Text(), now.Unix(), body)
	if _, err := call(h.client, r); err != nil {
		return keys, err
	}
	return nil, nil
}

func (h *Hook) sign(r *http.Request, id string, at int64, body []byte) {
	stamp := strconv.FormatInt(at, 10)
	mac := hmac.New(sha256.New, h.secret)
	mac.Write([]byte(id + "." + stamp + "."))
	mac.Write(body)
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", stamp)
	r.Header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}
