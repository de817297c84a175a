package edge

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tercul/tercul/write/internal/edge/provider"
)

// newFastly is a Fastly that confirms the first key of each call alone.
func newFastly(t *testing.T, e *fakeEdge) provider.Driver {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Keys []string `json:"surrogate_keys"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || len(body.Keys) == 0 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		e.confirm(body.Keys[:1], false)
		_ = json.NewEncoder(w).Encode(map[string]string{body.Keys[0]: "108-1"})
	}))
	t.Cleanup(s.Close)
	return provider.NewFastly(provider.NewClient(), s.URL, "service", "token")
}

// settled2 waits until one edge of several has nothing left.
func (w *world) settled2(name string) {
	w.t.Helper()
	require.Eventually(w.t, func() bool {
		var left int
		err := w.conn.QueryRow(w.t.Context(), `SELECT count(*) FROM ops.outbox o, ops.edges e
			WHERE e.name = $1 AND NOT pg_visible_in_snapshot(o.xid, e.done)`, name).Scan(&left)
		return err == nil && left == 0
	}, time.Minute, 10*time.Millisecond)
}
