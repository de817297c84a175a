package traffic

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Crowd is many clients who ask one reader the same at the same moment.
type Crowd struct {
	Size int
	Base string // of the reader
}

// Outcome of a crowd's question.
type Outcome struct {
	Answered   int
	Statements int // that the reader sent for this document meanwhile, to all of its databases
	OfOne      int // the most of them that one database got: what a standby cannot answer yet, the primary is asked
	Changes    int // that it heard of meanwhile: who comes after one needs another answer
}

const (
	crowdLimit = 30 * time.Second
	dialing    = 200 // connections opened at a time
)

// Ask has everybody connected first, and then asks. The document must be asked by
// nobody else meanwhile, or the statements cannot be told apart.
func (c Crowd) Ask(ctx context.Context, q Question) (Outcome, error) {
	ctx, cancel := context.WithTimeout(ctx, crowdLimit)
	defer cancel()
	before, err := metrics(ctx, c.Base)
	if err != nil {
		return Outcome{}, err
	}
	conns, err := c.gather(ctx)
	defer func() {
		for _, conn := range conns {
			if conn != nil {
				_ = conn.Close()
			}
		}
	}()
	if err != nil {
		return Outcome{}, err
	}
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: crowd\r\nAccept-Encoding: identity\r\n\r\n", q.Path)
	var wg sync.WaitGroup
	answered := make(chan bool, len(conns))
	deadline, _ := ctx.Deadline()
	for _, conn := range conns {
		wg.Go(func() {
			_ = conn.SetDeadline(deadline)
			answered <- asked(conn, request)
		})
	}
	wg.Wait()
	close(answered)
	var o Outcome
	for ok := range answered {
		if ok {
			o.Answered++
		}
	}
	after, err := metrics(ctx, c.Base)
	for name := range after {
		if strings.HasPrefix(name, "tercul_sql_duration_seconds_count{") && strings.Contains(name, `statement="`+q.Name+`"`) {
			n := int(after[name] - before[name])
			o.Statements, o.OfOne = o.Statements+n, max(o.OfOne, n)
		}
		if strings.HasPrefix(name, "tercul_evict_invalidations_total") || strings.HasPrefix(name, "tercul_evict_epochs_total") || strings.HasPrefix(name, "tercul_evict_floors_total") {
			o.Changes += int(after[name] - before[name])
		}
	}
	return o, err
}

func (c Crowd) gather(ctx context.Context) ([]net.Conn, error) {
	conns := make([]net.Conn, c.Size)
	var g errgroup.Group
	g.SetLimit(dialing)
	for i := range conns {
		g.Go(func() (err error) {
			conns[i], err = new(net.Dialer).DialContext(ctx, "tcp", strings.TrimPrefix(c.Base, "http://"))
			return err
		})
	}
	return conns, g.Wait()
}

func asked(conn net.Conn, request string) bool {
	if _, err := conn.Write([]byte(request)); err != nil {
		return false
	}
	line, err := bufio.NewReaderSize(conn, 64).ReadString('\n')
	return err == nil && strings.Contains(line, " 200 ")
}

// metrics are the numbers that a service exports.
func metrics(ctx context.Context, base string) (map[string]float64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	all := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), "} ")
		if ok {
			name += "}"
		} else {
			name, value, _ = strings.Cut(lines.Text(), " ")
		}
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = n
		}
	}
	return all, lines.Err()
}
