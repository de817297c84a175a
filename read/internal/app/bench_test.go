package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/tercul/tercul/read"
	"github.com/tercul/tercul/read/internal/plan"
	"github.com/tercul/tercul/shared/pgtest"
)

// BenchmarkLayers prints what one answer costs by the layer that gives it, and
// beside it the statement of a miss run alone: one reader on the sample library,
// real Postgres and Redis, one request at a time, in turns.
//
//	go test -run - -bench Layers -benchtime 1x ./internal/app
func BenchmarkLayers(b *testing.B) {
	env := settings(b, "TERCUL_REDIS_URL", pgtest.RedisURL(b), "TERCUL_LOG_LEVEL", "error")
	publish(b, env)
	first, second := begin(b, env), begin(b, env)
	first.onTheBus()
	second.onTheBus()
	questions := layerQuestions(first)
	alone := statements(b, first, questions)
	for b.Loop() {
		// Two passes warm the connections' statements; the questions of a pass are new to every cache.
		per := len(questions) / 3
		for pass := range 3 {
			part := questions[pass*per : (pass+1)*per]
			miss := timed(part, func(i int) { first.drain(b, part[i]) })
			hit := timed(part, func(i int) { first.drain(b, part[i]) })
			time.Sleep(200 * time.Millisecond) // the second layer is written behind the request
			l2 := timed(part, func(i int) { second.drain(b, part[i]) })
			sql := timed(part, func(i int) { alone(b, pass*per+i) })
			if pass < 2 {
				continue
			}
			fmt.Printf("\n%-26s %10s %8s\n", "WorkById, median", "µs", "ratio")
			for _, row := range []struct {
				name string
				took time.Duration
			}{{"statement alone, over pgx", sql}, {"miss", miss}, {"L2 hit", l2}, {"L1 hit", hit}} {
				fmt.Printf("%-26s %10.0f %8.2f\n", row.name, float64(row.took.Nanoseconds())/1e3, float64(row.took)/float64(sql))
			}
			b.ReportMetric(float64(miss)/float64(sql), "miss/statement")
		}
	}
}

// timed runs a question at a time and gives the median.
func timed(questions []string, ask func(i int)) time.Duration {
	runtime.GC()
	took := make([]time.Duration, len(questions))
	for i := range questions {
		begun := time.Now()
		ask(i)
		took[i] = time.Since(begun)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

func (s *running) drain(b *testing.B, path string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.url+path, nil)
	require.NoError(b, err)
	res, err := client.Do(req)
	require.NoError(b, err)
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b.Fatal(res.Status)
	}
}

// layerQuestions are addresses of many different questions of one document.
func layerQuestions(s *running) []string {
	var list struct {
		Data struct {
			Works struct{ Nodes []struct{ ID string } }
		}
	}
	s.question("Works", map[string]any{"first": 100}, &list)
	var out []string
	for _, language := range []string{"en", "de", "fr", "it", "es", "pt", "ru", "la", "ja"} {
		for _, w := range list.Data.Works.Nodes {
			out = append(out, s.document("WorkById")+"&variables="+url.QueryEscape(fmt.Sprintf(`{"id":%q,"language":%q}`, w.ID, language)))
		}
	}
	return out
}

// statements runs the statement of the nth question by itself, over the same pool.
func statements(b *testing.B, s *running, questions []string) func(b *testing.B, n int) {
	schema := gqlparser.MustLoadSchema(&ast.Source{Name: "schema.graphql", Input: read.Schema})
	text, err := read.Operations.ReadFile("operations/WorkById.graphql")
	require.NoError(b, err)
	doc, errs := gqlparser.LoadQueryWithRules(schema, string(text), rules.NewDefaultRules())
	require.Empty(b, errs)
	compiler, err := plan.NewCompiler(schema)
	require.NoError(b, err)
	p, err := compiler.Compile(doc.Operations[0])
	require.NoError(b, err)
	bound := make([]plan.Statement, len(questions))
	for i, q := range questions {
		u, err := url.Parse(q)
		require.NoError(b, err)
		var id, language string
		_, err = fmt.Sscanf(u.Query().Get("variables"), `{"id":%q,"language":%q}`, &id, &language)
		require.NoError(b, err)
		bound[i], err = p.Bind(map[string]any{"id": id, "language": language})
		require.NoError(b, err)
	}
	return func(b *testing.B, n int) {
		ctx := context.Background()
		rows, err := s.r.db.Query(ctx, bound[n].SQL, append([]any{pgx.QueryResultFormats{pgx.TextFormatCode}}, bound[n].Args...)...)
		require.NoError(b, err)
		for rows.Next() {
		}
		require.NoError(b, rows.Err())
	}
}
