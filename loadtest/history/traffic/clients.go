package traffic

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/tercul/tercul/loadtest/history"
)

// Clients read.
type Clients struct {
	Pause   time.Duration // of each between two questions
	Tickets *Tickets

	judge     *history.Judge
	bases     []string // of the readers
	questions []Question
	http      *http.Client
	zstd      *zstd.Decoder

	mu  sync.Mutex
	why map[string]int // questions were not answered
}

const askLimit = 30 * time.Second

// NewClients makes clients of readers.
func NewClients(judge *history.Judge, bases []string, questions []Question, news *Tickets) (*Clients, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true, IdleConnTimeout: time.Minute}
	return &Clients{
		Pause: 5 * time.Millisecond, Tickets: news, judge: judge, bases: bases, questions: questions,
		http: &http.Client{Transport: transport, Timeout: askLimit}, zstd: decoder,
	}, nil
}

// Run reads with a number of clients until the context ends.
func (c *Clients) Run(ctx context.Context, seed uint64, clients int) {
	var wg sync.WaitGroup
	for i := range clients {
		rnd := rand.New(rand.NewPCG(seed, uint64(2000+i)))                                                                           //nolint:gosec // repeatable, guards nothing
		one := &client{Clients: c, rnd: rnd, held: map[string]string{}, zipf: rand.NewZipf(rnd, 1.1, 4, uint64(len(c.questions)-1))} //nolint:gosec // there are some
		wg.Go(func() { one.loop(ctx) })
	}
	wg.Wait()
	c.http.CloseIdleConnections()
}

// client is one of them, with the ETags it holds.
type client struct {
	*Clients
	rnd  *rand.Rand
	zipf *rand.Zipf
	held map[string]string
}

func (c *client) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(c.rnd.ExpFloat64() * float64(c.Pause))):
		}
		a := ask{reader: c.rnd.IntN(len(c.bases)), question: c.questions[c.zipf.Uint64()], encoding: encodings[c.rnd.IntN(len(encodings))]}
		if c.rnd.IntN(2) == 0 {
			a.held = c.held[a.question.Path+a.encoding]
		}
		if c.rnd.IntN(10) == 0 {
			a.ticket = c.Tickets.Take(c.rnd.Uint64())
		}
		o, err := c.ask(context.WithoutCancel(ctx), a)
		if err != nil {
			c.unanswered(a, o, err)
			continue
		}
		c.held[a.question.Path+a.encoding] = o.ETag
		c.judge.See(o)
	}
}

var encodings = []string{"identity", "gzip", "zstd"}

// ask is a question as it is sent.
type ask struct {
	reader   int
	question Question
	encoding string
	held     string // an ETag
	ticket   uint64
}

// refused is an answer that is none, and why.
type refused struct {
	status int
	body   string
}

func (r refused) Error() string { return fmt.Sprintf("status %d: %.300s", r.status, r.body) }

// unanswered counts a question that was not answered; one that was refused for what
// it asks is broken.
func (c *Clients) unanswered(a ask, o history.Observation, err error) {
	if r, ok := err.(refused); ok && r.status < http.StatusInternalServerError { //nolint:errorlint // it is made here
		c.judge.Broken("shape", a.reader, fmt.Sprintf("%s with ticket %d: %s", a.question.Name, a.ticket, r), o.Start)
		return
	}
	fault := c.judge.Promise.Current(a.reader, o.Start)
	c.judge.Report.Unavailable(fault)
	why := fmt.Sprintf("under %s: %.120s", fault, plain.ReplaceAllString(err.Error(), "…"))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why == nil {
		c.why = map[string]int{}
	}
	if len(c.why) < mostReasons || c.why[why] > 0 {
		c.why[why]++
	}
}

const mostReasons = 60

// plain takes out what differs from one time to the next.
var plain = regexp.MustCompile(`[0-9]{4,}|"requestId":"[^"]*"|Get "[^"]*": `)

// Unanswered are the reasons why questions were not answered, and how often.
func (c *Clients) Unanswered() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.why)
}

func (c *Clients) ask(ctx context.Context, a ask) (o history.Observation, err error) {
	o = history.Observation{Reader: a.reader, Question: a.question.Name, Ticket: a.ticket, Want: a.question.Want, Torn: -1, Start: time.Now()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.bases[a.reader]+a.question.Path, nil)
	if err != nil {
		return o, err
	}
	req.Header.Set("Accept-Encoding", a.encoding)
	if a.held != "" {
		req.Header.Set("If-None-Match", a.held)
	}
	if a.ticket > 0 {
		req.Header.Set("X-Tercul-Min-Seq", strconv.FormatUint(a.ticket, 10))
	}
	o.Start = time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return o, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return o, err
	}
	status := resp.Header.Get("Cache-Status")
	o.Status, o.ETag, o.Source, o.Marked = resp.StatusCode, resp.Header.Get("ETag"), source(status), strings.Contains(status, "stale-if-error")
	o.Seq, _ = strconv.ParseUint(resp.Header.Get("X-Tercul-Seq"), 10, 64) // not there, it is 0
	o.Question = a.question.Path
	switch o.Status {
	case http.StatusNotModified:
		return o, nil
	case http.StatusOK:
	default:
		return o, refused{o.Status, string(body)}
	}
	if body, err = c.decode(resp.Header.Get("Content-Encoding"), body); err != nil {
		return o, err
	}
	o.Values, o.Torn = history.Read(body)
	c.pass(o)
	return o, nil
}

// pass hands on the number of an answer as a ticket, now and then: another answer that
// is asked for by it has at least what this one says it has.
func (c *Clients) pass(o history.Observation) {
	if o.Start.UnixNano()/1000%20 == 0 {
		c.Tickets.Offer(o.Seq)
	}
}

func (c *Clients) decode(encoding string, body []byte) ([]byte, error) {
	switch encoding {
	case "gzip":
		r, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	case "zstd":
		return c.zstd.DecodeAll(body, nil)
	}
	return body, nil
}

// source tells which layer answered.
func source(status string) string {
	first, _, _ := strings.Cut(status, ",")
	switch {
	case !strings.Contains(first, "; hit"):
		return "origin"
	case strings.HasPrefix(first, "tercul-l1"):
		return "l1"
	}
	return "l2"
}
