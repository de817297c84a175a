package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// work is one whose description is edited, and the version it has.
type work struct {
	id, slug string
	version  int
}

func (s *site) works() []work {
	conn, err := pgx.Connect(context.Background(), s.db)
	require.NoError(s.b, err)
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(context.Background(), "SELECT public_id, slug, version FROM view.work ORDER BY public_id LIMIT 50")
	require.NoError(s.b, err)
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w work, err error) {
		return w, row.Scan(&w.id, &w.slug, &w.version)
	})
	require.NoError(s.b, err)
	return list
}

// get asks a reader for a work, and gives its version and who answered.
func (s *site) get(reader string, path string) (version int, by string) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, reader+path, http.NoBody)
	require.NoError(s.b, err)
	res, err := client.Do(req)
	require.NoError(s.b, err)
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Data struct{ Work struct{ Version int } }
	}
	require.NoError(s.b, json.NewDecoder(res.Body).Decode(&answer))
	require.Equal(s.b, http.StatusOK, res.StatusCode)
	return answer.Data.Work.Version, res.Header.Get("Cache-Status")
}

// warm asks a reader until it answers from memory.
func (s *site) warm(reader, path string) {
	for {
		if _, by := s.get(reader, path); by == "tercul-l1; hit" {
			return
		}
	}
}

const siteEdit = `mutation($id: ID!, $version: Int!, $text: String!) { updateWork(input: {id: $id, expectedVersion: $version, patch: {description: $text}}) { work { version } userErrors { code } } }`

// edit has every reader hold a work in memory, changes it, and measures for each
// reader how long after the acknowledgement it was asked for the last time with an
// old answer, and when the first new one was had.
func (s *site) edit(w *work, path string, n int) (gone, fresh time.Duration) {
	for _, reader := range s.readers {
		s.warm(reader, path)
	}
	var answer struct {
		Data struct {
			UpdateWork struct{ Work struct{ Version int } }
		}
	}
	acknowledged := s.write(siteEdit, map[string]any{"id": w.id, "version": w.version, "text": fmt.Sprint("Described for the bench, number ", n)}, &answer)
	require.Equal(s.b, w.version+1, answer.Data.UpdateWork.Work.Version)
	w.version++
	lasts, news := make([]time.Duration, len(s.readers)), make([]time.Duration, len(s.readers))
	var all sync.WaitGroup
	for i, reader := range s.readers {
		all.Go(func() {
			for {
				asked := time.Now()
				version, _ := s.get(reader, path)
				if news[i] = time.Since(acknowledged); version == w.version {
					return
				}
				lasts[i] = asked.Sub(acknowledged)
			}
		})
	}
	all.Wait()
	return slices.Max(lasts), slices.Max(news)
}

// BenchmarkFreshness prints, for four readers and a writer in processes of their own,
// how long after the acknowledgement of a mutation the last of them serves the old
// answer from memory, and what ten thousand connections on a cold key cost.
//
//	go test -run - -bench Freshness -benchtime 1x ./internal/app
func BenchmarkFreshness(b *testing.B) {
	s := newSite(b)
	document := (&running{t: b}).document("WorkById")
	path := func(w work) string { return document + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"id":%q}`, w.id)) }
	works := s.works()
	for b.Loop() {
		const edits = 300
		var gone, fresh []time.Duration
		for n := range edits {
			w := &works[n%len(works)]
			g, f := s.edit(w, path(*w), n)
			gone, fresh = append(gone, g), append(fresh, f)
		}
		fmt.Printf("\n%d edits over HTTP, each of a work that %d readers hold in memory, after the acknowledgement:\n", edits, siteReaders)
		fmt.Printf("  an old answer was asked for last, by any reader      %s   (goal: p99 50 ms)\n", quantiles(gone))
		fmt.Printf("  the new answer was had, of the last reader           %s\n", quantiles(fresh))
		s.herd(document + "&variables=" + url.QueryEscape(fmt.Sprintf(`{"id":%q,"language":"en-x-herd"}`, works[0].id)))
	}
}

func quantiles(took []time.Duration) string {
	slices.Sort(took)
	at := func(share int) time.Duration {
		return took[min(len(took)*share/1000, len(took)-1)].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %-9s p99 %-9s max %s", at(500), at(990), at(1000))
}

// herd opens ten thousand connections to a reader, then asks on all of them at once
// what no cache holds, and counts the statements that it cost.
func (s *site) herd(path string) {
	reader := s.readers[0]
	conns := make([]net.Conn, herd)
	defer func() {
		for _, conn := range conns {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}()
	for i := range conns {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", strings.TrimPrefix(reader, "http://"))
		require.NoError(s.b, err)
		conns[i] = conn
	}
	before := s.statements(reader, "WorkById")
	request := []byte("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n")
	took := make([]time.Duration, herd)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i, conn := range conns {
		all.Go(func() {
			<-start
			begun := time.Now()
			_, err := conn.Write(request)
			if err == nil {
				err = answered(conn)
			}
			if took[i] = time.Since(begun); err != nil {
				s.b.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	statements := s.statements(reader, "WorkById") - before
	require.Positive(s.b, statements, "the question was not new, or nothing was counted")
	fmt.Printf("%d connections ask at once what no cache holds: %.0f statement(s) of Postgres; %s\n", herd, statements, quantiles(took))
}

func answered(conn net.Conn) error {
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if err == nil && res.StatusCode != http.StatusOK {
		return fmt.Errorf("answered %s", res.Status)
	}
	return err
}
