package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/tercul/tercul/read/internal/operation"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/shared/pgtest"
)

// ways are the ways in which one question can be answered: by its statement alone,
// as a miss, from Redis and from memory.
type ways struct {
	b             *testing.B
	first, second *running // two readers that share a Redis
	questions     map[string][]string
}

func newWays(b *testing.B, first, second *running) *ways {
	return &ways{b: b, first: first, second: second, questions: benchQuestions(first)}
}

// compare prints a line for a document and gives the ratio of a miss to its
// statement. A third of the questions warm the connections up.
func (w *ways) compare(name string) float64 {
	questions := w.questions[name]
	statement, miss := w.origin(name, questions)
	w.first.settled()
	l2 := median(questions, func(q string) { w.get(w.second, name, q, "tercul-l2; hit") })
	l1 := median(questions, func(q string) { w.get(w.first, name, q, "tercul-l1; hit") })
	ratio := float64(miss) / float64(statement)
	fmt.Printf("%-34s %9d %9d %6.2f %9d %9d\n", name, statement.Microseconds(), miss.Microseconds(), ratio, l2.Microseconds(), l1.Microseconds())
	return ratio
}

// origin takes the statement alone and the miss in turns, each first every other
// time, because whichever comes second finds the pages and the processor warm.
func (w *ways) origin(name string, questions []string) (statement, miss time.Duration) {
	var alone, whole []time.Duration
	runtime.GC()
	for i, q := range questions {
		bound := w.bind(name, q)
		if i%2 == 0 {
			alone = append(alone, took(func() { w.run(bound) }))
		}
		whole = append(whole, took(func() { w.get(w.first, name, q, "fwd=miss") }))
		if i%2 == 1 {
			alone = append(alone, took(func() { w.run(bound) }))
		}
	}
	warm := len(questions) / 3
	return middle(alone[warm:]), middle(whole[warm:])
}

var benchClient = &fasthttp.Client{ReadBufferSize: 64 << 10} // the tags of a long list fill the head of an answer

// get asks over a connection that is kept, by a client that starts no goroutine
// of its own, and checks which layer answered.
func (w *ways) get(s *running, name, variables, by string) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(s.url + s.document(name) + "&variables=" + url.QueryEscape(variables))
	require.NoError(w.b, benchClient.Do(req, res))
	if res.StatusCode() != fasthttp.StatusOK || !strings.Contains(string(res.Header.Peek("Cache-Status")), by) {
		w.b.Fatalf("%s %s: %d, %s", name, variables, res.StatusCode(), res.Header.Peek("Cache-Status"))
	}
}

func (w *ways) bind(name, variables string) plan.Statement {
	ctx := context.Background()
	q, err := w.first.r.registry.Parse(ctx, operation.Request{DocumentID: strings.TrimPrefix(w.first.document(name), "/graphql?documentId="), Variables: []byte(variables)})
	require.NoError(w.b, err)
	values, err := operation.Values(q.Query)
	require.NoError(w.b, err)
	p, err := planOf(q.Op)
	require.NoError(w.b, err)
	statement, err := p.Bind(values)
	require.NoError(w.b, err)
	return statement
}

// run runs a statement by itself, over the same pool.
func (w *ways) run(st plan.Statement) {
	rows, err := w.first.r.db.Query(context.Background(), st.SQL, append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, st.Args...)...)
	require.NoError(w.b, err)
	for rows.Next() {
	}
	require.NoError(w.b, rows.Err())
}

// benchQuestions are the variables of many different questions of each document.
func benchQuestions(s *running) map[string][]string {
	var list struct {
		Data struct {
			Works struct{ Nodes []struct{ ID, Slug string } }
		}
	}
	s.question("Works", map[string]any{"first": 100}, &list)
	out := map[string][]string{}
	add := func(name string, variables map[string]any) {
		text, err := json.Marshal(variables)
		require.NoError(s.t, err)
		out[name] = append(out[name], string(text))
	}
	for _, language := range []string{"en", "de", "fr", "it", "ru", "ja"} {
		for _, work := range list.Data.Works.Nodes {
			add("WorkById", map[string]any{"id": work.ID, "language": language})
			add("WorkPage", map[string]any{"slug": work.Slug, "language": language})
		}
		for first := range 100 {
			add("Works", map[string]any{"language": language, "first": first + 1, "sort": "YEAR"})
		}
	}
	id, versions := s.versions("dante-inferno-01")
	for first := range 200 {
		for n := range versions[1:] {
			add("ParallelReading", map[string]any{"workId": id, "expressionIds": versions[n : n+2], "first": first + 1})
		}
	}
	return out
}

// versions are the ids of a work and of its expressions.
func (s *running) versions(slug string) (work string, expressions []string) {
	var page struct {
		Data struct {
			Work struct {
				ID           string
				Original     struct{ ID string }
				Translations struct{ Nodes []struct{ ID string } }
			}
		}
	}
	s.question("WorkPage", map[string]any{"slug": slug}, &page)
	expressions = []string{page.Data.Work.Original.ID}
	for _, t := range page.Data.Work.Translations.Nodes {
		expressions = append(expressions, t.ID)
	}
	return page.Data.Work.ID, expressions
}

func took(f func()) time.Duration {
	begun := time.Now()
	f()
	return time.Since(begun)
}

func median(questions []string, ask func(string)) time.Duration {
	runtime.GC()
	all := make([]time.Duration, len(questions))
	for i, q := range questions {
		all[i] = took(func() { ask(q) })
	}
	return middle(all[len(all)/3:])
}

func middle(all []time.Duration) time.Duration {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[len(all)/2]
}

// BenchmarkMiss is one miss after another, for the profiler:
//
//	go test -run - -bench Miss -cpuprofile cpu.out ./internal/app
func BenchmarkMiss(b *testing.B) {
	env := settings(b, "TERCUL_REDIS_URL", pgtest.RedisURL(b), "TERCUL_LOG_LEVEL", "error")
	publish(b, env)
	s := begin(b, env)
	s.onTheBus()
	w := newWays(b, s, s)
	id, _ := s.versions("dante-inferno-01")
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		n++
		w.get(s, "WorkById", fmt.Sprintf(`{"id":%q,"language":"en-x-%06d"}`, id, n), "fwd=miss")
	}
}
